import { readAiconfigurator } from './aiconfigurator.ts'
import type { Reading } from './reading.ts'
import { readTidyCsv } from './tidy-csv.ts'

/** What a file of runs can be. */
export type RunsFormat = 'csv' | 'aiconfigurator'

/**
 * Measured runs from the text of a file. Rows that cannot be true are kept apart with the reason.
 *
 * @throws InvalidInput where the whole file is not of that format
 */
export function readRuns(text: string, format: RunsFormat): Reading {
  return { csv: readTidyCsv, aiconfigurator: readAiconfigurator }[format](text)
}
