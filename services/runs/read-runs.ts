import { InvalidInput } from '../domain/errors.ts'
import { readAiconfigurator } from './aiconfigurator.ts'
import type { Reading } from './reading.ts'
import type { RunContext } from './run-context.ts'
import { readGenaiPerf, readVllmBench } from './serving-benchmarks.ts'
import { readTidyCsv } from './tidy-csv.ts'

/** What a file of runs can be; `csv` covers our own files and the ML.ENERGY extract. */
export type RunsFormat = 'csv' | 'aiconfigurator' | 'vllm' | 'genai-perf'

/**
 * Measured runs from the text of a file. Rows that cannot be true are kept apart with the reason.
 *
 * @param context what `vllm` and `genai-perf` results do not say: model, GPU, layout, power
 * @throws InvalidInput where the whole file is not of that format
 */
export function readRuns(text: string, format: RunsFormat, context?: RunContext): Reading {
  if (format === 'csv') return readTidyCsv(text)
  if (format === 'aiconfigurator') return readAiconfigurator(text)
  if (!context) throw new InvalidInput(`a ${format} result needs the model, GPU and layout`)
  return format === 'vllm' ? readVllmBench(text, context) : readGenaiPerf(text, context)
}
