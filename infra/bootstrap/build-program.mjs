// `npm run build`, the part that runs: the program in a few files, beside what it reads from disk.
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { BUNDLED } from './bundled.mjs'
import { root } from './install.mjs'
import { thirdPartyNotices } from './third-party.mjs'

const MIGRATIONS = 'services/platform/database/migrations'
const TASKS = 'services/wiring/tasks'
/**
 * Hundreds of small modules, each a file to open at every start. Typebox has to be installed all the
 * same: a plugin of Fastify asks for it.
 */
const INLINED = [...BUNDLED, 'typebox']
const isInlined = (path) => INLINED.some((name) => path === name || path.startsWith(`${name}/`))
/** Those of them that are CommonJS call for Node's own modules by a name that ESM does not know. */
const REQUIRE =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);"

/** `debug` takes it where it happens to lie about, and nobody who installs us has asked for it. */
const BY_CHANCE = 'supports-color'

const packagesStay = {
  name: 'packages-stay',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind, importer }) => {
      const goesIn = isInlined(path) || (importer.includes('/node_modules/') && path !== BY_CHANCE)
      return kind === 'entry-point' || goesIn ? undefined : { path, external: true }
    })
  },
}

/**
 * Joins our modules, and the packages that have very many, into a few files: opening two thousand
 * took most of the time that a process needs to start. All of them lie in one folder, so that a
 * path relative to `import.meta.url` says the same in each.
 *
 * @param folder is emptied first; `gridtide.js` in it is the command line, `THIRD-PARTY.txt` the
 *   licences of the packages that went in
 * @param more entry points by name, as TypeScript files: programs of a bench that are to be built alike
 * @returns what esbuild tells of inputs and outputs
 */
export async function buildProgram(folder, more = {}) {
  rmSync(folder, { recursive: true, force: true })
  const tasks = readdirSync(`${root}${TASKS}`).map((file) => file.replace(/\.ts$/, ''))
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: {
      gridtide: 'services/cli/main.ts',
      'thread-main': 'services/platform/thread-main.ts',
      'own-process-main': 'services/cli/own-process-main.ts',
      ...more,
      ...Object.fromEntries(tasks.map((task) => [`tasks/${task}`, `${TASKS}/${task}.ts`])),
    },
    outdir: folder,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    banner: { js: REQUIRE },
    metafile: true,
    logLevel: 'error',
    plugins: [packagesStay],
  })
  writeFileSync(`${folder}/THIRD-PARTY.txt`, thirdPartyNotices(Object.keys(metafile.inputs)))
  cpSync(`${root}${MIGRATIONS}`, `${folder}/migrations`, { recursive: true })
  return metafile
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildProgram(`${root}dist/program`)
