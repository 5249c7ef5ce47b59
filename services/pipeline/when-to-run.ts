import { type BatchJob, placeJob, type RegionOutlook, untouched, usageOf } from '../batch/index.ts'
import { InvalidInput } from '../domain/errors.ts'

/** One run of something, by anyone: no GPUs are counted, 1 kW is assumed. */
export interface WhenQuery {
  readonly nowMs: number
  readonly durationHours: number
  readonly deadlineMs: number
  /** May be cut; the first piece is what is answered. */
  readonly interruptible: boolean
  /** Waits only for a saving of at least this share. */
  readonly leastSavedRatio: number
  /** One a place that may be used. */
  readonly outlooks: readonly RegionOutlook[]
}

export interface WhenAnswer {
  readonly region: string
  readonly startMs: number
  readonly endMs: number
  /** Intensity over the run. */
  readonly carbonGPerKwh: number
  /** Intensity were it run now, in the first of the places. */
  readonly nowCarbonGPerKwh: number
  readonly nowRegion: string
  /** Of the one against the other. */
  readonly savedRatio: number
}

/**
 * When and where to run something of a known length.
 *
 * @throws InvalidInput where it does not fit before its deadline
 */
export function whenToRun(query: WhenQuery): WhenAnswer {
  const { nowMs, durationHours, deadlineMs, leastSavedRatio } = query
  const [first] = query.outlooks as [RegionOutlook]
  const outlooks = new Map(query.outlooks.map((outlook) => [outlook.region, outlook]))
  const job = jobOf(query)
  const best = placeJob(job, untouched(job), { nowMs, outlooks })
  if (!best?.safe) {
    const earliest = new Date(nowMs + durationHours * HOUR_MS).toISOString()
    const latest = new Date(deadlineMs).toISOString()
    throw new InvalidInput(
      `${durationHours} h do not fit before ${latest}: begun now, they end at ${earliest}`,
    )
  }
  const now = [{ startMs: nowMs, endMs: nowMs + durationHours * HOUR_MS, level: 0 }]
  const home = usageOf(job, now, first).carbonG
  const savedRatio = home > 0 ? 1 - best.carbonG / home : 0
  const waits = best.pieces[0]!.startMs > nowMs
  const worthIt = !waits || savedRatio >= leastSavedRatio
  const pieces = worthIt ? best.pieces : now
  const region = worthIt ? best.region : first.region
  const there = outlooks.get(region)!
  return {
    region,
    startMs: pieces[0]!.startMs,
    endMs: pieces.at(-1)!.endMs,
    carbonGPerKwh: usageOf(job, pieces, there).carbonG / durationHours,
    nowCarbonGPerKwh: home / durationHours,
    nowRegion: first.region,
    savedRatio: worthIt ? savedRatio : 0,
  }
}

const HOUR_MS = 3_600_000

function jobOf({ nowMs, durationHours, deadlineMs, interruptible, outlooks }: WhenQuery): BatchJob {
  return {
    id: 'when',
    tenant: 'default',
    priority: 0,
    earliestStartMs: nowMs,
    deadline: { kind: 'hard', atMs: deadlineMs },
    work: durationHours,
    levels: [{ gpus: 1, workPerHour: 1, kilowatts: 1 }],
    interruptible,
    startHours: 0,
    checkpointHours: 0,
    slowestRatio: 1,
    regions: outlooks.map(({ region }) => region),
    after: [],
  }
}
