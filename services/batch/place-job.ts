import { type CapacityLedger, unlimited } from './capacity-ledger.ts'
import { slowestHours } from './durations.ts'
import { usageOf } from './emissions.ts'
import { fillWarm, takesWarm } from './fill-warm.ts'
import type { Ledgers } from './hold-gpus.ts'
import type { BatchJob, JobProgress, Placement } from './job.ts'
import { HOUR_MS, type RegionOutlook } from './outlook.ts'
import { placeInOnePiece, type Stretch } from './place-in-one-piece.ts'
import { slowHours } from './slow-hours.ts'
import type { WarmLedger } from './warm-ledger.ts'

export interface PlaceOptions {
  readonly nowMs: number
  /** Of every region of the job; those of others are ignored. */
  readonly outlooks: ReadonlyMap<string, RegionOutlook>
  readonly ledger?: CapacityLedger
  /** What interactive replicas have left; nothing unless said. */
  readonly warm?: WarmLedger
}

/**
 * The best place and time for one job, all else given: of the regions it may use and pay for, safe
 * ones before others, then least carbon. A job that has begun stays in its region; one that may not
 * be interrupted and runs is left to run.
 *
 * @returns undefined where no region has GPUs for it within its time and budget
 */
export function placeJob(
  job: BatchJob,
  progress: JobProgress,
  { nowMs, outlooks, ledger = unlimited, warm }: PlaceOptions,
): Placement | undefined {
  const ledgers = { ledger, ...(warm && { warm }) }
  // On warm replicas work may cost less than at any of the job's own sizes.
  const bounded = !warm || !takesWarm(job)
  let best: (Omit<Placement, 'reserve'> & Stretch) | undefined
  for (const { region, outlook, leastG } of leanestFirst(job, progress, outlooks)) {
    // Even its cleanest hour is no better than what was found; nor are those of the regions after it.
    if (bounded && best?.safe && leastG >= best.weighedG) break
    const stretch = stretchIn(job, progress, nowMs, outlook, ledgers)
    const found = stretch && affordable(job, stretch, outlook)
    if (found && (!best || better(found, best))) best = { region, ...found }
  }
  if (!best) return undefined
  const { weighedG: _compared, ...placement } = best
  const { region, pieces } = placement
  const fromMs = Math.max(nowMs, job.earliestStartMs)
  const outlook = outlooks.get(region)!
  const reserve = slowHours({ job, progress, pieces, fromMs, outlook, ledger })
  return { ...placement, reserve }
}

/** With what it would use; undefined where that costs too much. */
function affordable(job: BatchJob, stretch: Stretch, outlook: RegionOutlook) {
  const usage = usageOf(job, stretch.pieces, outlook)
  const tooDear = usage.costUsd > (job.budgetUsd ?? Number.POSITIVE_INFINITY)
  return tooDear ? undefined : { ...stretch, ...usage }
}

function leanestFirst(
  job: BatchJob,
  progress: JobProgress,
  outlooks: ReadonlyMap<string, RegionOutlook>,
) {
  const regions = progress.region === undefined ? job.regions : [progress.region]
  return regions
    .map((region) => ({ region, outlook: outlooks.get(region)! }))
    .map((one) => ({ ...one, leastG: leastG(job, progress, one.outlook) }))
    .sort((a, b) => a.leastG - b.leastG)
}

/** No placement emits less: all work at the leanest level in the cleanest window. */
function leastG(job: BatchJob, { workLeft }: JobProgress, { carbonGPerKwh, pue }: RegionOutlook) {
  const kwh = Math.min(...job.levels.map(({ kilowatts, workPerHour }) => kilowatts / workPerHour))
  return workLeft * kwh * Math.min(...carbonGPerKwh) * pue
}

function better(a: Stretch, b: Stretch): boolean {
  return a.safe === b.safe ? a.weighedG < b.weighedG : a.safe
}

function stretchIn(
  job: BatchJob,
  progress: JobProgress,
  nowMs: number,
  outlook: RegionOutlook,
  ledgers: Ledgers,
): Stretch | undefined {
  const fromMs = Math.max(nowMs, job.earliestStartMs)
  if (job.interruptible) return fillWarm(job, progress, fromMs, outlook, ledgers)
  if (progress.level === undefined) {
    return placeInOnePiece(job, progress, fromMs, outlook, ledgers.ledger)
  }
  return running(job, progress.workLeft, progress.level, nowMs)
}

function running(job: BatchJob, workLeft: number, level: number, startMs: number): Stretch {
  const endMs = startMs + (workLeft / job.levels[level]!.workPerHour) * HOUR_MS
  const slowestMs = (slowestHours(job, workLeft, level) - job.startHours) * HOUR_MS
  const safe = startMs + slowestMs <= job.deadline.atMs
  return { pieces: [{ startMs, endMs, level }], safe, weighedG: 0 }
}
