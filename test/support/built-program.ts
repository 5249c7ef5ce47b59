import { createHash, randomUUID } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { buildProgram } from '../../infra/bootstrap/build-program.mjs'

const ROOT = join(import.meta.dirname, '../..')
const CACHE = join(ROOT, 'node_modules/.cache/gridtide')
const SOURCES = ['services', 'workers', 'config', 'infra/bootstrap']
/** Of the browser, which another tool builds; and what was built. */
const ELSEWHERE = /^services\/(dashboard|client)\//

const KEPT_MS = 24 * 3_600_000

/**
 * The program as a package holds it: a process of it starts in a fraction of the time that one takes
 * which strips types as it loads. Built where a source has changed since, and only once for all test
 * files.
 *
 * @returns the file to run
 */
export function builtProgram(): Promise<string> {
  program ??= build()
  return program
}

let program: Promise<string> | undefined

async function build(): Promise<string> {
  const files = SOURCES.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(folder, name),
    ),
  ).filter((file) => !ELSEWHERE.test(file) && statSync(join(ROOT, file)).isFile())
  const folder = join(CACHE, `program-${digestOf([...files, 'package.json'])}`)
  const main = join(folder, 'program/gridtide.js')
  if (existsSync(folder)) return main
  const unfinished = `${folder}-${randomUUID()}`
  mkdirSync(unfinished, { recursive: true })
  await buildProgram(join(unfinished, 'program'))
  symlinkSync(join(ROOT, 'dist/dashboard'), join(unfinished, 'dashboard'))
  adopt(unfinished, folder)
  return main
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
    const found = statSync(path, { throwIfNoEntry: false }) // another may have moved it meanwhile
    if (found && Date.now() - found.mtimeMs > KEPT_MS)
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
