import type { BatchJob, Piece, RegionOutlook } from '../../services/batch/index.ts'
import { carbonIn, HOUR_MS, windowAt } from '../../services/batch/outlook.ts'

/**
 * Peers' rules for when to run a deferrable job, re-implemented from what they publish. Each decides
 * once, when the job comes in, from the forecast it is shown; none knows of starts that cost.
 */
export type Policy = (job: BatchJob, forecast: RegionOutlook) => readonly Piece[]

interface Slot {
  readonly startMs: number
  readonly endMs: number
  readonly carbonG: number
}

/** What the job takes at the size asked for, without its start. */
const lengthMs = ({ work, levels }: BatchJob): number => (work / levels[0]!.workPerHour) * HOUR_MS

/** The forecast's slots from the job's first instant to its deadline. */
function slotsOf(job: BatchJob, forecast: RegionOutlook): readonly Slot[] {
  const slots: Slot[] = []
  for (let atMs = job.earliestStartMs; atMs < job.deadline.atMs; ) {
    const window = windowAt(forecast, atMs)
    const endMs = Math.min(job.deadline.atMs, forecast.startMs + (window + 1) * forecast.windowMs)
    slots.push({ startMs: atMs, endMs, carbonG: carbonIn(forecast, window) })
    atMs = endMs
  }
  return slots
}

/** Starts at slot beginnings, and the sum of the forecast over `spanMs` from each. */
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

const whole = (job: BatchJob, startMs: number): readonly Piece[] => [
  { startMs, endMs: startMs + lengthMs(job), level: 0 },
]

function leastSum(job: BatchJob, forecast: RegionOutlook, spanMs: number): readonly Piece[] {
  const starts = startsBySum(job, forecast, spanMs)
  return whole(job, starts.reduce((a, b) => (b.sum < a.sum ? b : a)).startMs)
}

/** No shifting. */
export const runNow: Policy = (job) => whole(job, job.earliestStartMs)

/**
 * GAIA, lowest window (Hanafy et al., ASPLOS 2024; umassos/GAIA `src/scheduling`): the start of the
 * least mean intensity over the mean length of the job's queue, not its own, which is not known.
 *
 * @param meanHours mean length of the queue that a job of this length is in
 */
export const gaiaLowestWindow =
  (meanHours: (hours: number) => number): Policy =>
  (job, forecast) =>
    leastSum(job, forecast, meanHours(lengthMs(job) / HOUR_MS) * HOUR_MS)

/** Carbon Aware SDK, `optimalDataPoints` of a forecast with `windowSize`: the best whole window. */
export const carbonAwareSdk: Policy = (job, forecast) => leastSum(job, forecast, lengthMs(job))

/**
 * Let's Wait Awhile (Wiesner et al., Middleware 2021; dos-group/lets-wait-awhile `strategy.py`): the
 * cheapest slots before the deadline, as many as the job is long; in one piece, the best window.
 */
export const waitAwhile: Policy = (job, forecast) => {
  if (!job.interruptible) return leastSum(job, forecast, lengthMs(job))
  const cheapest = slotsOf(job, forecast).toSorted(
    (a, b) => a.carbonG - b.carbonG || a.startMs - b.startMs,
  )
  return takeUntil(cheapest, lengthMs(job)).map(({ startMs, endMs }) => ({
    startMs,
    endMs,
    level: 0,
  }))
}

/**
 * Suspend and resume at a threshold (Ecovisor; as coded in GAIA): runs while the forecast is below
 * the 30th percentile of the next 24 hours, and in any case once no more waiting is allowed.
 */
export const suspendResume: Policy = (job, forecast) => {
  const slots = slotsOf(job, forecast)
  const day = slots.filter(({ startMs }) => startMs < job.earliestStartMs + 24 * HOUR_MS)
  const sorted = day.map(({ carbonG }) => carbonG).sort((a, b) => a - b)
  const threshold = sorted[Math.floor(0.3 * (sorted.length - 1))]!
  let waitMs = job.deadline.atMs - job.earliestStartMs - lengthMs(job)
  const run = slots.filter(({ startMs, endMs, carbonG }) => {
    if (carbonG < threshold || waitMs < endMs - startMs) return true
    waitMs -= endMs - startMs
    return false
  })
  const pieces = takeUntil(run, lengthMs(job)).map(({ startMs, endMs }) => ({
    startMs,
    endMs,
    level: 0,
  }))
  return job.interruptible ? pieces : whole(job, pieces[0]!.startMs)
}

function takeUntil(slots: readonly Slot[], neededMs: number): readonly Slot[] {
  let leftMs = neededMs
  const taken: Slot[] = []
  for (const slot of slots) {
    if (leftMs <= 0) break
    const spanMs = Math.min(leftMs, slot.endMs - slot.startMs)
    taken.push({ ...slot, endMs: slot.startMs + spanMs })
    leftMs -= spanMs
  }
  return taken.toSorted((a, b) => a.startMs - b.startMs)
}

/**
 * CarbonScaler (Hanafy et al., POMACS 2023; umassos/CarbonScaler `carbon_scaler.go`): marginal work
 * per marginal carbon of every slot and scale, best first, until the work is done.
 */
export const carbonScaler: Policy = (job, forecast) => {
  if (!job.interruptible) return leastSum(job, forecast, lengthMs(job))
  const slots = slotsOf(job, forecast)
  const items = slots.flatMap(({ carbonG }, slot) =>
    job.levels.map(({ workPerHour, kilowatts }, level) => {
      const below = job.levels[level - 1]
      const work = workPerHour - (below?.workPerHour ?? 0)
      const power = kilowatts - (below?.kilowatts ?? 0)
      return { slot, level, worth: work / (power * Math.max(carbonG, 1e-9)), work }
    }),
  )
  items.sort((a, b) => b.worth - a.worth || a.slot - b.slot || a.level - b.level)
  const chosen = slots.map(() => -1)
  let left = job.work
  const open = [...items]
  while (left > 1e-9) {
    const at = open.findIndex(({ slot, level }) => level === chosen[slot]! + 1)
    if (at < 0) break
    const [{ slot, level, work }] = open.splice(at, 1) as [(typeof items)[number]]
    chosen[slot] = level
    left -= (work * (slots[slot]!.endMs - slots[slot]!.startMs)) / HOUR_MS
  }
  return slots.flatMap(({ startMs, endMs }, slot) =>
    chosen[slot]! < 0 ? [] : [{ startMs, endMs, level: chosen[slot]! }],
  )
}
