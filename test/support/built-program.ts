import { createHash, randomUUID } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'

const ROOT = join(import.meta.dirname, '../..')
const CACHE = join(ROOT, 'node_modules/.cache/gridtide')
const SOURCES = ['services', 'workers', 'config']
/** Of the browser, which another tool builds; and what was built. */
const ELSEWHERE = /^services\/(dashboard|client)\//

const KEPT_MS = 24 * 3_600_000

/** Imports stay imports, of what is built beside it. */
const unbundled: Plugin = {
  name: 'unbundled',
  setup({ onResolve }) {
    onResolve({ filter: /^\.{1,2}\// }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path: path.replace(/\.ts$/, '.js'), external: true },
    )
  },
}

/**
 * The program as plain JavaScript, in a folder of the same layout: a process of it starts in a third
 * of the time that one takes which strips types as it loads. Built where a source has changed since,
 * and only once for all test files.
 *
 * @returns the folder
 */
export async function builtProgram(): Promise<string> {
  const files = SOURCES.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(folder, name),
    ),
  ).filter((file) => !ELSEWHERE.test(file) && statSync(join(ROOT, file)).isFile())
  const folder = join(CACHE, `program-${digestOf(files)}`)
  if (existsSync(folder)) return folder
  const unfinished = `${folder}-${randomUUID()}`
  const sources = files.filter((file) => file.endsWith('.ts'))
  await build({
    absWorkingDir: ROOT,
    entryPoints: sources,
    outdir: unfinished,
    outbase: '.',
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    logLevel: 'error',
    plugins: [unbundled],
  })
  for (const file of ['package.json', ...files.filter((name) => !name.endsWith('.ts'))]) {
    cpSync(join(ROOT, file), join(unfinished, file))
  }
  mkdirSync(join(unfinished, 'dist'))
  symlinkSync(join(ROOT, 'dist/dashboard'), join(unfinished, 'dist/dashboard'))
  adopt(unfinished, folder)
  return folder
}

/** Another test file may have been faster; what it built is the same. */
function adopt(unfinished: string, folder: string): void {
  try {
    renameSync(unfinished, folder)
  } catch {
    rmSync(unfinished, { recursive: true })
  }
  removeOutdated()
}

/** Those that nobody can be running any more. */
function removeOutdated(): void {
  for (const name of readdirSync(CACHE).filter((each) => each.startsWith('program-'))) {
    const path = join(CACHE, name)
    if (Date.now() - statSync(path).mtimeMs > KEPT_MS)
      rmSync(path, { recursive: true, force: true })
  }
}

/** Of names, sizes and times of change. */
function digestOf(files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files.toSorted()) {
    const { size, mtimeMs } = statSync(join(ROOT, file))
    hash.update(`${file} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex').slice(0, 16)
}
