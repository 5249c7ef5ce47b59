import type { GpuSpec } from './architecture.ts'
import { type Described, logSum, logSums } from './features.ts'
import type { MeasuredRun } from './measured-run.ts'
import type { Output } from './prior.ts'

/** Measured value of an output, or undefined where the run lacks it. */
export function measuredValue(output: Output, run: MeasuredRun): number | undefined {
  if (output === 'step') return stepMs(run)
  if (output === 'itl') return run.itlMs
  if (output === 'itlP95') return run.itlP95Ms
  return run.powerWatts
}

/** Mean time per output token of one sequence, by Little's law, ms. */
export const stepMs = (run: MeasuredRun): number => (1e3 * run.batch) / run.tokensPerSecond

/** log of the base of one described row: the physics sum, or for power the boards' TDP. */
export function logBase(
  described: Described,
  row: number,
  base: readonly number[],
  gpu: GpuSpec,
): number {
  if (base.length > 0) return logSum(described, row, base)
  return Math.log(gpu.tdpWatts) + described.logGpus[row]!
}

/** The same for every row. */
export function logBases(
  described: Described,
  base: readonly number[],
  gpu: GpuSpec,
): Float64Array {
  if (base.length > 0) return logSums(described, base)
  const limit = Math.log(gpu.tdpWatts)
  const bases = new Float64Array(described.count)
  for (let row = 0; row < bases.length; row++) bases[row] = limit + described.logGpus[row]!
  return bases
}
