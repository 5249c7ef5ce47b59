import type { Precision } from '../domain/variant.ts'

/** How one replica is laid out and loaded: everything about a run that is known before it. */
export interface Setting {
  readonly tensorParallel: number
  readonly pipelineParallel: number
  /** Attention data-parallel groups inside the replica; 1 is none. */
  readonly dataParallel: number
  readonly expertParallel: boolean
  readonly precision: Precision
  /** Mean number of sequences running at once in the replica. */
  readonly batch: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** Mean tokens a running sequence attends to; by default input plus half the output. */
  readonly contextTokens?: number
}

/** One steady-state measurement of one replica. Powers are of all its GPUs together. */
export interface MeasuredRun extends Setting {
  /** Where the number comes from, e.g. `ml.energy-v3`. */
  readonly source: string
  readonly model: string
  /** Models that share a backbone; priors are validated with whole families left out. */
  readonly family: string
  /** Catalogue name, e.g. `H100`. */
  readonly gpu: string
  readonly engine: string
  /** Name of the length distribution, e.g. `lm-arena-chat`. */
  readonly task: string
  readonly tokensPerSecond: number
  /** Parameter counts, where the source states them: enough to estimate an unknown architecture. */
  readonly paramsTotalBillions?: number
  readonly paramsActiveBillions?: number
  readonly itlMs?: number
  readonly itlP95Ms?: number
  readonly ttftMs?: number
  readonly powerWatts?: number
  /** Per GPU. */
  readonly powerCapWatts?: number
  readonly smClockMhz?: number
  /** Where the row is from in its file, for messages. */
  readonly note?: string
}

/** Task of runs that decode alone in a bare engine: they say little of a serving engine. */
export const BARE_TASK = 'decode'

export const gpusOf = (setting: Setting): number =>
  setting.tensorParallel * setting.pipelineParallel * setting.dataParallel

const LOG2_COUNTS = Float64Array.from({ length: 65 }, (_, count) => Math.log2(count))

/** log2 of a small whole number, looked up: candidates are described ten thousand at a time. */
export const log2Count = (count: number): number => LOG2_COUNTS[count] ?? Math.log2(count)

/** Runs of one group share a curve: same model, precision, GPU, power cap, workload and engine. */
export const groupKey = (run: MeasuredRun): string =>
  [run.model, run.precision, run.gpu, run.powerCapWatts, run.task, run.engine].join('|')
