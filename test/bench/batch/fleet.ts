import {
  type DeferrablePolicy,
  runOnce,
  runRolling,
  type Throughput,
} from '../../../services/backtest/index.ts'
import {
  admitJob,
  type BatchJob,
  placeJob,
  type RegionOutlook,
  untouched,
  usageOf,
} from '../../../services/batch/index.ts'
import { peersBy } from './captured.ts'
import { normalFrom, randomFrom } from './random.ts'
import { traceJobs, traceShapes } from './trace-jobs.ts'
import type { ZoneForecasts } from './zone-forecasts.ts'

/**
 * Log-normal noise of 20 %: half of its variance is the job's own, half changes by the hour. A job
 * is promised on what it gets in all but two of a million cases, exp(-4.6 x 0.2).
 */
const NOISE = 0.2
const SLOWEST_RATIO = 0.4

export interface FleetTotals {
  jobs: number
  /** Asked for a deadline that could not be promised, and took the one offered instead. */
  counterOffers: number
  deadlineMisses: number
  readonly byZone: Map<string, { runNowG: number; oursG: number; perfectG: number }>
  readonly peers: Record<string, { carbonG: number; late: number }>
}

/** Every job through admission and 26 weeks of hours; peers get the same jobs and the same noise. */
export function fleet(
  zones: readonly ZoneForecasts[],
  dataFolder: string,
  count: number,
): FleetTotals {
  const shapes = traceShapes(dataFolder)
  const known = new Map(zones.map((zone) => [zone.zone, zone.at]))
  const truths = new Map(zones.map((zone) => [zone.zone, zone.truth]))
  const span = { fromHour: zones[0]!.firstHour + 7 * 24, toHour: zones[0]!.endHour - 14 * 24 }
  const policies = peersBy(shapes.map(({ hours }) => hours))
  const totals: FleetTotals = {
    jobs: 0,
    counterOffers: 0,
    deadlineMisses: 0,
    byZone: new Map(zones.map(({ zone }) => [zone, { runNowG: 0, oursG: 0, perfectG: 0 }])),
    peers: Object.fromEntries(Object.keys(policies).map((name) => [name, { carbonG: 0, late: 0 }])),
  }
  // Sorted by zone so that one zone's outlooks stay in the processor's cache; the sum is the same.
  const jobs = [...traceJobs(count, shapes, [...known.keys()], span, SLOWEST_RATIO)]
  jobs.sort((a, b) => a.regions[0]!.localeCompare(b.regions[0]!))
  for (const asked of jobs) {
    const zone = asked.regions[0]!
    count1(totals, asked, known.get(zone)!, truths.get(zone)!, policies)
  }
  return totals
}

function count1(
  totals: FleetTotals,
  asked: BatchJob,
  known: (hour: number) => RegionOutlook,
  truth: RegionOutlook,
  policies: Readonly<Record<string, DeferrablePolicy['place']>>,
): void {
  const nowMs = asked.earliestStartMs
  const forecast = known(Math.floor(nowMs / 3_600_000))
  const outlooks = new Map([[forecast.region, forecast]])
  const job = promised(asked, nowMs, outlooks, totals)
  const throughput = noisy(job)
  const late = (endMs: number | undefined) => Number(endMs! > job.deadline.atMs + 1)
  const used = (run: ReturnType<typeof runOnce>) => usageOf(job, run.pieces, truth).carbonG
  const ours = runRolling(job, (atMs) => known(Math.floor(atMs / 3_600_000)), throughput)
  totals.jobs += 1
  totals.deadlineMisses += late(ours.endMs)
  const sums = totals.byZone.get(forecast.region)!
  sums.oursG += used(ours)
  const exact = { ...job, slowestRatio: 1 }
  const perfect = placeJob(exact, untouched(exact), {
    nowMs,
    outlooks: new Map([[truth.region, truth]]),
  })!
  sums.perfectG += used(runOnce(exact, perfect.pieces, throughput))
  for (const [name, policy] of Object.entries(policies)) {
    const run = runOnce(job, policy(job, forecast), throughput)
    const carbonG = used(run)
    totals.peers[name]!.carbonG += carbonG
    totals.peers[name]!.late += late(run.endMs)
    if (name === 'run-now') sums.runNowG += carbonG
  }
}

/** Whoever is told that a deadline cannot be promised takes the one that can. */
function promised(
  job: BatchJob,
  nowMs: number,
  outlooks: ReadonlyMap<string, RegionOutlook>,
  totals: FleetTotals,
): BatchJob {
  const answer = admitJob(job, { nowMs, outlooks })
  if (answer.status === 'feasible') return job
  totals.counterOffers += 1
  return { ...job, deadline: { kind: 'hard', atMs: Math.ceil(answer.earliestDeadlineMs!) + 1 } }
}

function noisy(job: BatchJob): Throughput {
  const share = NOISE * Math.SQRT1_2
  const own = share * normalFrom(randomFrom(Number(job.id) * 2 + 1))
  return (_, hour) => {
    const hourly = share * normalFrom(randomFrom(Number(job.id) * 7919 + hour))
    return Math.exp(own + hourly)
  }
}
