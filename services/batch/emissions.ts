import { type BatchJob, ownLevel, type Piece } from './job.ts'
import { carbonIn, HOUR_MS, type RegionOutlook, windowAt } from './outlook.ts'

/** What a run draws and emits; facility power, so PUE is in it. */
export interface Usage {
  readonly energyKwh: number
  readonly carbonG: number
  readonly costUsd: number
}

/**
 * What pieces of a job use where the grid is as `outlook` says. Hand in what came to be, and it is
 * an account; hand in a forecast, and it is a prediction. Warm replicas count with what they draw on
 * top alone: they, and their price, are there for interactive traffic.
 */
export function usageOf(
  job: Pick<BatchJob, 'levels'>,
  pieces: readonly Piece[],
  outlook: RegionOutlook,
): Usage {
  const total = { energyKwh: 0, carbonG: 0, costUsd: 0 }
  for (const piece of pieces) {
    const { startMs, endMs, warm } = piece
    const { gpus, ...own } = ownLevel(job, piece)
    const kilowatts = own.kilowatts + (warm?.kilowatts ?? 0)
    const hours = (endMs - startMs) / HOUR_MS
    total.energyKwh += kilowatts * outlook.pue * hours
    total.costUsd += gpus * outlook.usdPerGpuHour * hours
    total.carbonG += kilowatts * intensityHours(outlook, startMs, endMs)
  }
  return total
}

/** Integral of the intensity over time, gCO2e h/kWh of IT power. */
function intensityHours(outlook: RegionOutlook, startMs: number, endMs: number): number {
  let sum = 0
  let window = windowAt(outlook, startMs)
  for (let atMs = startMs; atMs < endMs; ) {
    const nextMs = Math.min(endMs, outlook.startMs + (window + 1) * outlook.windowMs)
    sum += (carbonIn(outlook, window) * (nextMs - atMs)) / HOUR_MS
    atMs = nextMs
    window += 1
  }
  return sum
}
