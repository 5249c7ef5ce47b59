import type { KnownGood, ShiftStore } from '../actuation/index.ts'
import type { Fleet } from '../fleet/index.ts'
import type { ForecastArchive } from '../grid/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { Outbox } from '../notification/index.ts'
import type { PlanStore } from '../plans/index.ts'
import type { SolveStore } from '../solves/index.ts'

/**
 * How long each kind of record is kept. The ledger (one row a window) and what was done to targets
 * (a log that only grows) are kept for ever.
 */
export interface Retention {
  readonly plansMs: number
  readonly solvesMs: number
  readonly eventsMs: number
  readonly forecastsMs: number
  /** Answers to requests with an `Idempotency-Key`. */
  readonly callsMs: number
  /** Traffic that callers pushed. */
  readonly trafficMs: number
  /** Deferrable jobs that have ended. */
  readonly jobsMs: number
  /** Who called what; what each lever added. */
  readonly historyMs: number
}

export interface ForgetPorts {
  readonly plans: Pick<PlanStore, 'forget'>
  readonly solves: Pick<SolveStore, 'forget'>
  readonly outbox: Pick<Outbox, 'forget' | 'bury'>
  /** Every endpoint of the fleet file. */
  readonly endpoints: readonly string[]
  readonly shifts: Pick<ShiftStore, 'forget'>
  readonly knownGood: Pick<KnownGood, 'forget'>
  readonly archive: Pick<ForecastArchive, 'prune'>
  readonly answers: { forget(beforeMs: number): Promise<number> }
  readonly jobs: { forget(beforeMs: number): Promise<number> }
  readonly files: { forget(nowMs: number): Promise<number> }
  readonly requestBatches: { forget(beforeMs: number): Promise<number> }
  readonly demand: { forget(beforeMs: number): Promise<number> }
  readonly ledger: Pick<Ledger, 'forgetLevers'>
  readonly callLog: { forget(beforeMs: number): Promise<number> }
  /** Keys that have ended. */
  readonly keys: { forget(beforeMs: number): Promise<number> }
  readonly retention: Retention
}

const DAY_MS = 86_400_000

/** The fleet file says it in days. */
export const retentionOf = (days: Fleet['retention']): Retention => ({
  plansMs: days.plansDays * DAY_MS,
  solvesMs: days.solvesDays * DAY_MS,
  eventsMs: days.eventsDays * DAY_MS,
  forecastsMs: days.forecastsDays * DAY_MS,
  callsMs: days.callsDays * DAY_MS,
  trafficMs: days.trafficDays * DAY_MS,
  jobsMs: days.jobsDays * DAY_MS,
  historyMs: days.historyDays * DAY_MS,
})

/** Drops what has been kept for long enough, so that no table grows for ever. */
export async function forget(ports: ForgetPorts, nowMs: number): Promise<void> {
  const { retention } = ports
  await ports.solves.forget(nowMs - retention.solvesMs)
  await ports.outbox.bury(ports.endpoints, nowMs)
  await ports.outbox.forget(nowMs - retention.eventsMs)
  await ports.plans.forget(nowMs - retention.plansMs)
  await ports.shifts.forget(nowMs - retention.eventsMs)
  await ports.knownGood.forget(nowMs - retention.plansMs)
  await ports.archive.prune(nowMs - retention.forecastsMs)
  await ports.answers.forget(nowMs - retention.callsMs)
  await ports.jobs.forget(nowMs - retention.jobsMs)
  await ports.requestBatches.forget(nowMs - retention.jobsMs)
  await ports.files.forget(nowMs)
  await ports.demand.forget(nowMs - retention.trafficMs)
  await ports.ledger.forgetLevers(nowMs - retention.historyMs)
  await ports.callLog.forget(nowMs - retention.historyMs)
  await ports.keys.forget(nowMs - retention.eventsMs)
}
