import fc from 'fast-check'

/**
 * Every run tries the same cases, so that none fails, or leaves a branch of the pure core unseen, of
 * bad luck alone. `GRIDTIDE_SEED=$RANDOM npx vitest run test/batch` tries others.
 */
fc.configureGlobal({ seed: Number(process.env.GRIDTIDE_SEED ?? 1) })
