import { findGpu, gpusOf, type MeasuredRun } from '../fitting/index.ts'
import type { RowOutcome } from './reading.ts'

const MAX_WATTS_PER_GPU = 2500
const MAX_TDP_SHARE = 1.25
const MIN_IDLE_SHARE = 0.5
const ENERGY_TOLERANCE = 0.1

/**
 * Believes a run only if its numbers can be true together. Watts of the wrong scale or of one GPU
 * instead of the replica, seconds for milliseconds and impossible layouts are named as such.
 *
 * @param joulesPerToken what the source itself says, where it does; must be power over throughput
 */
export function checkRun(run: MeasuredRun, joulesPerToken?: number): RowOutcome {
  const reason =
    layoutFault(run) ?? positiveFault(run) ?? latencyFault(run) ?? powerFault(run, joulesPerToken)
  return reason === undefined ? { run } : { reason }
}

function layoutFault(run: MeasuredRun): string | undefined {
  const degrees = [run.tensorParallel, run.pipelineParallel, run.dataParallel]
  return degrees.every((degree) => Number.isInteger(degree) && degree >= 1)
    ? undefined
    : `num_gpus, tp, pp, dp: ${degrees.join(' x ')} is no layout of whole GPUs`
}

function positiveFault(run: MeasuredRun): string | undefined {
  const wrong = (
    [
      'batch',
      'tokensPerSecond',
      'outputTokens',
      'itlMs',
      'itlP95Ms',
      'ttftMs',
      'powerWatts',
    ] as const
  ).find((key) => run[key] !== undefined && !(Number.isFinite(run[key]) && run[key] > 0))
  if (wrong) return `${wrong}: ${run[wrong]} is not a positive number`
  return run.inputTokens >= 0 ? undefined : `inputTokens: ${run.inputTokens} is negative`
}

/** One sequence's mean gap between tokens is batch / throughput; the median must be of its order. */
function latencyFault({
  itlMs,
  itlP95Ms,
  batch,
  tokensPerSecond,
}: MeasuredRun): string | undefined {
  if (itlMs === undefined) return undefined
  const expectedMs = (1000 * batch) / tokensPerSecond
  const ratio = itlMs / expectedMs
  if (ratio < 0.02) {
    return `itlMs: ${itlMs} beside ${expectedMs.toFixed(1)} expected from batch and throughput; seconds?`
  }
  if (ratio > 50) return `itlMs: ${itlMs} beside ${expectedMs.toFixed(3)} expected; microseconds?`
  if (itlP95Ms !== undefined && itlP95Ms < itlMs) return `itlP95Ms: below the median ${itlMs}`
  return undefined
}

function powerFault(run: MeasuredRun, joulesPerToken: number | undefined): string | undefined {
  const { powerWatts, tokensPerSecond } = run
  if (powerWatts === undefined) return undefined
  const perGpu = powerWatts / gpusOf(run)
  const gpu = findGpu(run.gpu)
  const mostWatts = gpu ? gpu.tdpWatts * MAX_TDP_SHARE : MAX_WATTS_PER_GPU
  if (perGpu > mostWatts) {
    return `powerWatts: ${perGpu.toFixed(0)} W per GPU is above ${mostWatts.toFixed(0)} W; milliwatts, or a whole node?`
  }
  if (gpu && perGpu < gpu.idleWatts * MIN_IDLE_SHARE) {
    return `powerWatts: ${perGpu.toFixed(1)} W per GPU is below idle; kilowatts, or one GPU of the replica?`
  }
  if (joulesPerToken === undefined) return undefined
  const implied = powerWatts / tokensPerSecond
  return Math.abs(implied / joulesPerToken - 1) > ENERGY_TOLERANCE
    ? `energy_per_token_j: ${joulesPerToken} but power over throughput is ${implied.toPrecision(4)}`
    : undefined
}
