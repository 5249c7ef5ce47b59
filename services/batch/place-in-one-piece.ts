import type { CapacityLedger } from './capacity-ledger.ts'
import { slowestHours } from './durations.ts'
import type { BatchJob, Deadline, JobProgress, Piece } from './job.ts'
import { latePriceG } from './late-price.ts'
import { HOUR_MS, type RegionOutlook } from './outlook.ts'
import { type Timeline, timeline } from './timeline.ts'

/** Where a job goes in one region, and whether that survives the slowest throughput. */
export interface Stretch {
  readonly pieces: readonly Piece[]
  readonly safe: boolean
  /** Carbon and the price of lateness, gCO2e: what placements are compared by. */
  readonly weighedG: number
}

/**
 * The start, and the level, of least carbon for a job that may not be interrupted. Emissions of a
 * stretch are piecewise linear in its start, so a best start lies where a window begins or where the
 * stretch ends with one: both are tried, and the first instant, and the last safe one.
 *
 * @returns undefined where no start has GPUs for as long as the slowest throughput would need
 */
export function placeInOnePiece(
  job: BatchJob,
  { workLeft }: JobProgress,
  fromMs: number,
  outlook: RegionOutlook,
  ledger: CapacityLedger,
): Stretch | undefined {
  let best: Stretch | undefined
  for (const [level, { workPerHour, kilowatts, gpus }] of job.levels.entries()) {
    const hours = workLeft / workPerHour + job.startHours
    const heldMs = slowestHours(job, workLeft, level) * HOUR_MS
    const lastSafeMs = job.deadline.atMs - heldMs
    const lastMs = Math.max(fromMs, job.deadline.kind === 'soft' ? job.deadline.atMs : lastSafeMs)
    const time = timeline(outlook, fromMs, lastMs + hours * HOUR_MS + 1)
    const emitted = runningSum(time)
    for (const startMs of starts(time, fromMs, lastMs, hours * HOUR_MS)) {
      if (ledger.free(outlook.region, startMs, startMs + heldMs) < gpus) continue
      const endMs = startMs + hours * HOUR_MS
      const carbonG = kilowatts * (emitted(endMs) - emitted(startMs))
      const weighedG = carbonG + latePriceG(job.deadline, fromMs, endMs)
      const found = { pieces: [{ startMs, endMs, level }], safe: startMs <= lastSafeMs, weighedG }
      if (!best || better(found, best, job.deadline)) best = found
    }
  }
  return best
}

/** A hard deadline goes before carbon: a larger size may keep it where the one asked for does not. */
function better(found: Stretch, best: Stretch, deadline: Deadline): boolean {
  if (deadline.kind === 'hard' && found.safe !== best.safe) return found.safe
  return found.weighedG < best.weighedG * (1 - 1e-9)
}

/** Ascending, so that of equal starts the earliest is kept. */
function starts(time: Timeline, fromMs: number, lastMs: number, spanMs: number): number[] {
  const found = [fromMs, lastMs]
  for (const edgeMs of time.edgesMs) found.push(edgeMs, edgeMs - spanMs)
  return found.filter((atMs) => atMs >= fromMs && atMs <= lastMs).sort((a, b) => a - b)
}

/** Integral of the intensity from the timeline's start to an instant on it, g h/kWh. */
function runningSum({ edgesMs, hours, carbonGPerKwh }: Timeline): (atMs: number) => number {
  const sums = [0]
  for (const [step, span] of hours.entries()) sums.push(sums[step]! + span * carbonGPerKwh[step]!)
  return (atMs) => {
    let low = 0
    let high = hours.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (edgesMs[middle]! <= atMs) low = middle
      else high = middle - 1
    }
    return sums[low]! + ((atMs - edgesMs[low]!) / HOUR_MS) * carbonGPerKwh[low]!
  }
}
