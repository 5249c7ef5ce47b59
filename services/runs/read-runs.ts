import { InvalidInput } from '../domain/errors.ts'
import { readAiconfigurator } from './aiconfigurator.ts'
import { readMlEnergy } from './ml-energy.ts'
import { jsonOf } from './parse-shaped.ts'
import type { Reading } from './reading.ts'
import type { RunContext } from './run-context.ts'
import { readGenaiPerf, readVllmBench } from './serving-benchmarks.ts'
import { readTidyCsv, readTidyJson } from './tidy-csv.ts'

/** What a file of runs can be; `csv` and `json` are our own columns. */
export type RunsFormat = 'csv' | 'json' | 'ml-energy' | 'aiconfigurator' | 'vllm' | 'genai-perf'

/**
 * Measured runs from the text of a file. Rows that cannot be true are kept apart with the reason.
 *
 * @param format by default what the text looks like
 * @param context what `vllm` and `genai-perf` results do not say: model, GPU, layout, power
 * @throws InvalidInput where the whole file is not of that format
 */
export function readRuns(
  text: string,
  format: RunsFormat = formatOf(text),
  context?: RunContext,
): Reading {
  if (format === 'csv') return readTidyCsv(text)
  if (format === 'json') return readTidyJson(text)
  if (format === 'ml-energy') return readMlEnergy(text)
  if (format === 'aiconfigurator') return readAiconfigurator(text)
  if (!context) {
    jsonOf(text, 'a file of runs')
    throw new InvalidInput(`a ${format} result needs the model, GPU and layout`)
  }
  return format === 'vllm' ? readVllmBench(text, context) : readGenaiPerf(text, context)
}

/** By how a file begins; a benchmark tool's result is told apart by one of its fields. */
function formatOf(text: string): RunsFormat {
  const head = text.trimStart()
  if (head.startsWith('[')) return 'json'
  if (!head.startsWith('{')) return /^.*silicon_tpot_ms/.test(head) ? 'aiconfigurator' : 'csv'
  if (head.includes('"configurations"')) return 'ml-energy'
  return head.includes('"output_token_throughput"') ? 'genai-perf' : 'vllm'
}
