import type { CapacityLedger } from './capacity-ledger.ts'
import { fastestLevel, slowestHours } from './durations.ts'
import type { BatchJob, JobProgress } from './job.ts'
import { HOUR_MS, type RegionOutlook } from './outlook.ts'
import { type Timeline, timeline } from './timeline.ts'

/** Work is counted in quanta: this many to a step at the first level, where the job is not long. */
const QUANTA_PER_STEP = 6
/** Windows are joined into steps, and quanta grow, until the whole work is no more than this. */
const MOST_QUANTA = 160
/** A soft job may wait this long past its deadline, if its price lets it. */
const SOFT_GRACE_MS = 24 * HOUR_MS

/**
 * One job in one region, as its dynamic programme sees it. Level 0 is standing still, so levels here
 * are one more than in the job.
 */
export interface Course {
  readonly time: Timeline
  /** Work left; and rounded up, at least one. */
  readonly quantaLeft: number
  readonly quanta: number
  /** By level. */
  readonly gpus: readonly number[]
  readonly quantaPerHour: readonly number[]
  readonly kilowatts: readonly number[]
  readonly startHours: number
  readonly checkpointHours: number
  readonly slowestRatio: number
  readonly firstLevel: number
  readonly fastest: number
  /** By step: levels that GPUs are there for, the fastest first; 0 is always among them. */
  readonly allowed: readonly (readonly number[])[]
  /**
   * By step, and one past the last: quanta that are done in time at the slowest throughput, if from
   * there on the job runs as fast as GPUs allow; `standing` still has to start.
   */
  readonly safeRunning: Float64Array
  readonly safeStanding: Float64Array
  /** By step: hours of it that are past the deadline. */
  readonly lateHours: readonly number[]
}

/** Cuts a job's time and work into steps and quanta. Quanta are rounded up, progress down. */
export function courseOf(
  job: BatchJob,
  { workLeft, level }: JobProgress,
  fromMs: number,
  outlook: RegionOutlook,
  ledger: CapacityLedger,
): Course {
  const levels = [{ gpus: 0, workPerHour: 0, kilowatts: 0 }, ...job.levels]
  const fastest = 1 + fastestLevel(job)
  const windowWork = (job.levels[0]!.workPerHour * outlook.windowMs) / HOUR_MS
  const windowsPerStep = Math.ceil(workLeft / (windowWork * MOST_QUANTA))
  const stepWork = windowWork * windowsPerStep
  const perStep = Math.max(
    1,
    Math.min(QUANTA_PER_STEP, Math.floor((MOST_QUANTA * stepWork) / workLeft)),
  )
  const quantum = Math.min(stepWork / perStep, workLeft)
  const time = timeline(outlook, fromMs, horizonMs(job, workLeft, fromMs), windowsPerStep)
  const quantaPerHour = levels.map(({ workPerHour }) => workPerHour / quantum)
  const gpus = levels.map((one) => one.gpus)
  const order = quantaPerHour
    .map((_, at) => at)
    .sort((a, b) => quantaPerHour[b]! - quantaPerHour[a]!)
  const allowed = time.hours.map((_, step) => {
    const free = ledger.free(outlook.region, time.edgesMs[step]!, time.edgesMs[step + 1]!)
    // Standing still takes none, even where more is promised than there is.
    return order.filter((at) => gpus[at]! <= Math.max(0, free))
  })
  const lateHours = time.hours.map((hours, step) =>
    Math.min(hours, Math.max(0, (time.edgesMs[step + 1]! - job.deadline.atMs) / HOUR_MS)),
  )
  const safeRunning = safeQuanta(time, allowed, quantaPerHour, lateHours, job.slowestRatio)
  const startLoss = quantaPerHour[fastest]! * job.startHours * job.slowestRatio
  return {
    time,
    quantaLeft: workLeft / quantum,
    quanta: Math.ceil(workLeft / quantum - 1e-9),
    gpus,
    quantaPerHour,
    kilowatts: levels.map(({ kilowatts }) => kilowatts),
    startHours: job.startHours,
    checkpointHours: job.checkpointHours,
    slowestRatio: job.slowestRatio,
    firstLevel: level === undefined ? 0 : level + 1,
    fastest,
    allowed,
    safeRunning,
    safeStanding: safeRunning.map((quanta) => Math.max(0, quanta - startLoss)),
    lateHours,
  }
}

/**
 * Until when a job may stand still and still be done in time at the slowest throughput: the beginning
 * of the last such step, or of all time where it may not.
 */
export function lastSafeMs({ time, quanta, safeStanding }: Course): number {
  let step = 0
  while (quanta <= safeStanding[step + 1]!) step += 1
  return time.edgesMs[step]!
}

function horizonMs(job: BatchJob, workLeft: number, fromMs: number): number {
  const { atMs, kind } = job.deadline
  const soonestMs = fromMs + slowestHours(job, workLeft, fastestLevel(job)) * HOUR_MS
  return Math.max(kind === 'soft' ? atMs + SOFT_GRACE_MS : atMs, soonestMs)
}

function safeQuanta(
  { hours }: Timeline,
  allowed: Course['allowed'],
  quantaPerHour: readonly number[],
  lateHours: readonly number[],
  slowestRatio: number,
): Float64Array {
  const safe = new Float64Array(hours.length + 1)
  for (let step = hours.length - 1; step >= 0; step--) {
    const inTime = hours[step]! - lateHours[step]!
    safe[step] = safe[step + 1]! + inTime * quantaPerHour[allowed[step]![0]!]! * slowestRatio
  }
  return safe
}
