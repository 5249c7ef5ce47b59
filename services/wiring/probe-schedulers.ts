import { AppError } from '../domain/errors.ts'
import type { Fleet } from '../fleet/index.ts'
import { openSchedulers } from './job-schedulers.ts'
import type { BackendCheck } from './probe-backends.ts'

/** Asks every scheduler of a fleet which rights are missing to steer its jobs. Nothing is written. */
export const probeSchedulers = (
  { jobSchedulers }: Pick<Fleet, 'jobSchedulers'>,
  nowMs: () => number,
): Promise<readonly BackendCheck[]> =>
  Promise.all(
    jobSchedulers.map(async (one) => {
      const about = { backend: one.id, kind: one.kind }
      try {
        const [scheduler] = await openSchedulers({ jobSchedulers: [one] }, nowMs)
        const missing = (await scheduler!.missing()).join('; ')
        return { ...about, ok: missing === '', words: missing || 'jobs may be held and let go' }
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        return { ...about, ok: false, words: error.message }
      }
    }),
  )
