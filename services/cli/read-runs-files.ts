import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { MeasuredRun } from '../fitting/index.ts'
import { type Reading, type RunContext, readRuns } from '../runs/index.ts'
import type { CliIo } from './io.ts'
import { namingFile, readText } from './read-text.ts'

/**
 * Measured runs of files and of the `.csv` and `.json` files of folders; what is set aside is said.
 *
 * @throws InvalidInput where a file is no file of runs
 */
export function readRunsFiles(paths: readonly string[], io: CliIo): readonly MeasuredRun[] {
  return paths.flatMap(filesAt).flatMap((path) => readRunsFile(path, io).runs)
}

/**
 * What one file of runs holds; what is set aside is said too.
 *
 * @param context what a benchmark's result does not tell
 * @throws InvalidInput naming the file where it is no file of runs
 */
export function readRunsFile(path: string, io: CliIo, context?: RunContext): Reading {
  const text = readText(path)
  const reading = namingFile(path, () => readRuns(text, undefined, context))
  for (const { row, reason } of reading.quarantined)
    io.err(`${path}: row ${row} set aside: ${reason}\n`)
  return reading
}

function filesAt(path: string): readonly string[] {
  if (!existsSync(path) || !statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .filter((name) => /\.(csv|json)$/.test(name))
    .sort()
    .map((name) => join(path, name))
}
