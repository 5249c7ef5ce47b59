// `npm run build`, the part that runs: the program in a few files, beside what it reads from disk.
import { cpSync, readdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { root } from './install.mjs'

const MIGRATIONS = 'services/platform/database/migrations'
const TASKS = 'services/wiring/tasks'
/** Hundreds of small modules, each a file to open at every start, and no dependencies of their own. */
const INLINED = /^(typebox|jose)(\/|$)/

const packagesStay = {
  name: 'packages-stay',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || INLINED.test(path) ? undefined : { path, external: true },
    )
  },
}

/**
 * Joins our modules, and the packages that have very many, into a few files: opening two thousand
 * took most of the time that a process needs to start. All of them lie in one folder, so that a
 * path relative to `import.meta.url` says the same in each.
 *
 * @param folder is emptied first; `gridtide.js` in it is the command line
 */
export async function buildProgram(folder) {
  rmSync(folder, { recursive: true, force: true })
  const tasks = readdirSync(`${root}${TASKS}`).map((file) => file.replace(/\.ts$/, ''))
  await build({
    absWorkingDir: root,
    entryPoints: {
      gridtide: 'services/cli/main.ts',
      'thread-main': 'services/platform/thread-main.ts',
      ...Object.fromEntries(tasks.map((task) => [`tasks/${task}`, `${TASKS}/${task}.ts`])),
    },
    outdir: folder,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    logLevel: 'error',
    plugins: [packagesStay],
  })
  cpSync(`${root}${MIGRATIONS}`, `${folder}/migrations`, { recursive: true })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildProgram(`${root}dist/program`)
