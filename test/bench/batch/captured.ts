import {
  type DeferrablePolicy,
  deferrablePolicies,
  runOnce,
  runRolling,
} from '../../../services/backtest/index.ts'
import { type BatchJob, placeJob, untouched, usageOf } from '../../../services/batch/index.ts'
import type { ZoneForecasts } from './zone-forecasts.ts'

const HOUR_MS = 3_600_000
const WARM_UP_HOURS = 7 * 24

/** A kind of job that every policy places again and again. */
export interface JobKind {
  readonly name: string
  readonly hours: number
  readonly withinHours: number
  readonly interruptible: boolean
  readonly sizes: readonly number[]
}

export const KINDS: readonly JobKind[] = [
  { name: 'uninterruptible4hIn24h', hours: 4, withinHours: 24, interruptible: false, sizes: [1] },
  { name: 'interruptible24hIn48h', hours: 24, withinHours: 48, interruptible: true, sizes: [1] },
  { name: 'elastic24hIn48h', hours: 24, withinHours: 48, interruptible: true, sizes: [1, 2, 4] },
]
/** Of job power, for every start and every policy. */
const START_HOURS = 1 / 6

/** @param hours lengths of the jobs: one of the rules knows the means of its queues */
export const peersBy = (
  hours: readonly number[],
): Readonly<Record<string, DeferrablePolicy['place']>> =>
  Object.fromEntries(deferrablePolicies(hours).map(({ id, place }) => [id, place]))

/** For jobs that are all alike. */
export const PEERS = peersBy([])

export interface ZoneTotals {
  readonly runNowG: number
  readonly perfectG: number
  readonly oursG: number
  readonly peersG: Readonly<Record<string, number>>
  readonly jobs: number
  /** By peer: jobs that ended after their deadline. Ours have none, or this throws. */
  readonly late: Readonly<Record<string, number>>
}

/**
 * Sums over jobs handed in every few hours, at the throughput expected.
 *
 * @param known what is known of the grid at each hour
 * @param fromHour no job is handed in before it
 */
export function captured(
  zone: ZoneForecasts,
  kind: JobKind,
  everyHours: number,
  known: ZoneForecasts['at'] = zone.at,
  fromHour = 0,
): ZoneTotals {
  const expected = () => 1
  const peersG: Record<string, number> = {}
  const late: Record<string, number> = {}
  const sum = { runNowG: 0, perfectG: 0, oursG: 0, jobs: 0 }
  const last = zone.endHour - kind.withinHours - 24
  for (let hour = zone.firstHour + WARM_UP_HOURS; hour < last; hour += everyHours) {
    if (hour < fromHour) continue
    const job = jobAt(zone.zone, kind, hour)
    const used = (pieces: Parameters<typeof usageOf>[1]) => usageOf(job, pieces, zone.truth).carbonG
    const perfect = placeJob(job, untouched(job), {
      nowMs: hour * HOUR_MS,
      outlooks: new Map([[zone.zone, zone.truth]]),
    })!
    sum.perfectG += used(runOnce(job, perfect.pieces, expected).pieces)
    const ours = runRolling(job, (atMs) => known(Math.floor(atMs / HOUR_MS)), expected)
    if (ours.endMs! > job.deadline.atMs + 1) throw new Error(`${job.id} of ${zone.zone} was late`)
    sum.oursG += used(ours.pieces)
    sum.jobs += 1
    for (const [name, policy] of Object.entries(PEERS)) {
      const { pieces, endMs } = runOnce(job, policy(job, known(hour)), expected)
      peersG[name] = (peersG[name] ?? 0) + used(pieces)
      late[name] = (late[name] ?? 0) + Number(endMs! > job.deadline.atMs + 1)
    }
  }
  return { ...sum, peersG, late, runNowG: peersG['run-now']! }
}

function jobAt(zone: string, kind: JobKind, hour: number): BatchJob {
  const startMs = hour * HOUR_MS
  return {
    id: `${kind.name}-${hour}`,
    tenant: 'bench',
    priority: 0,
    earliestStartMs: startMs,
    deadline: { kind: 'hard', atMs: startMs + kind.withinHours * HOUR_MS },
    work: kind.hours,
    levels: kind.sizes.map((gpus) => ({ gpus, workPerHour: gpus, kilowatts: gpus })),
    interruptible: kind.interruptible,
    startHours: START_HOURS,
    checkpointHours: 0,
    slowestRatio: 1,
    regions: [zone],
    after: [],
  }
}
