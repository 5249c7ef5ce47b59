import { carbonIn, HOUR_MS, type RegionOutlook, windowAt } from './outlook.ts'

/** Time from the first instant a job may run to the last, cut where the outlook's windows end. */
export interface Timeline {
  /** One more than there are steps. */
  readonly edgesMs: readonly number[]
  readonly hours: readonly number[]
  /** gCO2e per kWh of IT power. */
  readonly carbonGPerKwh: readonly number[]
}

/**
 * @param fromMs inclusive
 * @param toMs exclusive; must be later than `fromMs`
 * @param windowsPerStep windows joined into one step, for very long jobs
 */
export function timeline(
  outlook: RegionOutlook,
  fromMs: number,
  toMs: number,
  windowsPerStep = 1,
): Timeline {
  const edgesMs = [fromMs]
  const hours: number[] = []
  const carbonGPerKwh: number[] = []
  let window = windowAt(outlook, fromMs)
  for (let atMs = fromMs; atMs < toMs; ) {
    const firstWindow = window
    window += windowsPerStep
    const endMs = Math.min(toMs, outlook.startMs + window * outlook.windowMs)
    hours.push((endMs - atMs) / HOUR_MS)
    carbonGPerKwh.push(meanOf(outlook, firstWindow, windowsPerStep))
    edgesMs.push(endMs)
    atMs = endMs
  }
  return { edgesMs, hours, carbonGPerKwh }
}

function meanOf(outlook: RegionOutlook, first: number, count: number): number {
  let sum = 0
  for (let window = first; window < first + count; window++) sum += carbonIn(outlook, window)
  return sum / count
}
