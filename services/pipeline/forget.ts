import type { AuditLog, KnownGood, ShiftStore } from '../actuation/index.ts'
import type { YieldedRegions } from '../deferred/index.ts'
import type { LiveBiasStore } from '../fits/index.ts'
import type { Fleet } from '../fleet/index.ts'
import type { ForecastArchive } from '../grid/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { Outbox } from '../notification/index.ts'
import type { PlanStore } from '../plans/index.ts'
import type { SolveStore } from '../solves/index.ts'

/** How long each kind of record is kept. The ledger (one row a window) is kept for ever. */
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
  /** What was done to targets. */
  readonly actionsMs: number
}

export interface ForgetPorts {
  readonly plans: Pick<PlanStore, 'forget'>
  readonly solves: Pick<SolveStore, 'forget'>
  readonly outbox: Pick<Outbox, 'forget' | 'bury'>
  /** Every endpoint of the fleet file. */
  readonly endpoints: readonly string[]
  readonly shifts: Pick<ShiftStore, 'forget'>
  readonly knownGood: Pick<KnownGood, 'forget'>
  /** Of layouts that no longer run. */
  readonly liveBiases: Pick<LiveBiasStore, 'forget'>
  readonly yields: Pick<YieldedRegions, 'forget'>
  readonly audit: Pick<AuditLog, 'forget'>
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
  actionsMs: days.actionsDays * DAY_MS,
})

/**
 * Drops what has been kept for long enough, so that no table grows for ever. Each kind on its own: one
 * that cannot be dropped now keeps no other from it.
 *
 * @throws Error naming every kind that could not be dropped, once all have been tried
 */
export async function forget(ports: ForgetPorts, nowMs: number): Promise<void> {
  const failures: string[] = []
  for (const [kind, drop] of Object.entries(stepsOf(ports, nowMs))) {
    await drop().catch((error: unknown) => failures.push(`${kind}: ${(error as Error).message}`))
  }
  if (failures.length > 0) throw new Error(`not forgotten: ${failures.join('; ')}`)
}

function stepsOf(ports: ForgetPorts, nowMs: number) {
  const { retention } = ports
  return {
    solves: () => ports.solves.forget(nowMs - retention.solvesMs),
    deliveries: () => ports.outbox.bury(ports.endpoints, nowMs),
    events: () => ports.outbox.forget(nowMs - retention.eventsMs),
    plans: () => ports.plans.forget(nowMs - retention.plansMs),
    shifts: () => ports.shifts.forget(nowMs - retention.eventsMs),
    'known-good counts': () => ports.knownGood.forget(nowMs - retention.plansMs),
    'live biases': () => ports.liveBiases.forget(nowMs - retention.plansMs),
    forecasts: () => ports.archive.prune(nowMs - retention.forecastsMs),
    answers: () => ports.answers.forget(nowMs - retention.callsMs),
    jobs: () => ports.jobs.forget(nowMs - retention.jobsMs),
    batches: () => ports.requestBatches.forget(nowMs - retention.jobsMs),
    files: () => ports.files.forget(nowMs),
    yields: () => ports.yields.forget(nowMs),
    traffic: () => ports.demand.forget(nowMs - retention.trafficMs),
    levers: () => ports.ledger.forgetLevers(nowMs - retention.historyMs),
    calls: () => ports.callLog.forget(nowMs - retention.historyMs),
    actions: () => ports.audit.forget(nowMs - retention.actionsMs),
    keys: () => ports.keys.forget(nowMs - retention.eventsMs),
  } satisfies Record<string, () => Promise<unknown>>
}
