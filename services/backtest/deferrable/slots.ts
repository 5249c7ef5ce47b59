import {
  type BatchJob,
  carbonIn,
  type Piece,
  type RegionOutlook,
  windowAt,
} from '../../batch/index.ts'

const HOUR_MS = 3_600_000

/** A stretch of the forecast in which its intensity is one number. */
export interface Slot {
  readonly startMs: number
  readonly endMs: number
  /** gCO2e/kWh of IT power. */
  readonly carbonG: number
}

/** What the job takes at the size asked for, without its start. */
export const lengthMs = ({ work, levels }: BatchJob): number =>
  (work / levels[0]!.workPerHour) * HOUR_MS

/** The forecast's slots from the job's first instant to its deadline. */
export function slotsOf(job: BatchJob, forecast: RegionOutlook): readonly Slot[] {
  const slots: Slot[] = []
  for (let atMs = job.earliestStartMs; atMs < job.deadline.atMs; ) {
    const window = windowAt(forecast, atMs)
    const endMs = Math.min(job.deadline.atMs, forecast.startMs + (window + 1) * forecast.windowMs)
    slots.push({ startMs: atMs, endMs, carbonG: carbonIn(forecast, window) })
    atMs = endMs
  }
  return slots
}

/** The whole job in one piece. */
export const whole = (job: BatchJob, startMs: number): readonly Piece[] => [
  { startMs, endMs: startMs + lengthMs(job), level: 0 },
]

/** In one piece, from the slot whose next `spanMs` have the least intensity in sum. */
export function leastSum(job: BatchJob, forecast: RegionOutlook, spanMs: number): readonly Piece[] {
  const starts = startsBySum(job, forecast, spanMs)
  return whole(job, starts.reduce((a, b) => (b.sum < a.sum ? b : a)).startMs)
}

function startsBySum(job: BatchJob, forecast: RegionOutlook, spanMs: number) {
  const slots = slotsOf(job, forecast)
  const latestMs = Math.max(job.earliestStartMs, job.deadline.atMs - lengthMs(job))
  return slots.flatMap(({ startMs }) => {
    if (startMs > latestMs) return []
    let sum = 0
    for (let window = windowAt(forecast, startMs); ; window++) {
      const beginMs = Math.max(startMs, forecast.startMs + window * forecast.windowMs)
      const endMs = Math.min(startMs + spanMs, forecast.startMs + (window + 1) * forecast.windowMs)
      if (beginMs >= endMs) break
      sum += carbonIn(forecast, window) * (endMs - beginMs)
    }
    return [{ startMs, sum }]
  })
}

/** The first of `slots` until the job is done, in order of time, at the size asked for. */
export function takeUntilDone(job: BatchJob, slots: readonly Slot[]): readonly Piece[] {
  let leftMs = lengthMs(job)
  const taken: Piece[] = []
  for (const { startMs, endMs } of slots) {
    if (leftMs <= 0) break
    const spanMs = Math.min(leftMs, endMs - startMs)
    taken.push({ startMs, endMs: startMs + spanMs, level: 0 })
    leftMs -= spanMs
  }
  return taken.toSorted((a, b) => a.startMs - b.startMs)
}
