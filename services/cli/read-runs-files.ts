import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { MeasuredRun } from '../fitting/index.ts'
import { readRuns } from '../runs/index.ts'
import type { CliIo } from './io.ts'
import { readText } from './read-text.ts'

/**
 * Measured runs of files and of the `.csv` and `.json` files of folders; what is set aside is said.
 *
 * @throws InvalidInput where a file is no file of runs
 */
export function readRunsFiles(paths: readonly string[], io: CliIo): readonly MeasuredRun[] {
  return paths.flatMap(filesAt).flatMap((path) => {
    const { runs, quarantined } = readRuns(readText(path))
    for (const { row, reason } of quarantined) io.err(`${path}: row ${row} set aside: ${reason}\n`)
    return runs
  })
}

function filesAt(path: string): readonly string[] {
  if (!existsSync(path) || !statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .filter((name) => /\.(csv|json)$/.test(name))
    .sort()
    .map((name) => join(path, name))
}
