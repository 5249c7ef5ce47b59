import {
  advance,
  type Desired,
  envelopeInputOf,
  type Leases,
  type Observed,
  obstacleToStep,
  runShift,
  type ShiftDeps,
  type ShiftRecord,
  type SloState,
  takesAway,
} from '../actuation/index.ts'
import { msFromMinutes, msFromSeconds } from '../domain/units.ts'
import type { Fleet } from '../fleet/index.ts'
import type { StoredPlan } from '../plans/index.ts'
import type { ApplyPlanPorts } from './apply-plan.ts'
import { onForeignOwner } from './carry-out.ts'
import { commandInputOf, type FleetSight } from './look-at-fleet.ts'
import { servingNow } from './serving-now.ts'
import { shiftEnded } from './shift-events.ts'

export interface CarryShiftPorts extends ApplyPlanPorts {
  readonly leases: Leases
  /** Looks at all that the plan in force steers, from now on; undefined without a plan. */
  lookNow(): Promise<FleetSight | undefined>
  sleep(durationMs: number, abort?: AbortSignal): Promise<void>
}

export type CarryResult =
  | 'gone'
  | 'another has it'
  | 'superseded'
  | 'waiting'
  | 'held'
  | 'done'
  | 'rolled-back'
  | 'stuck'

/** Longer than one run of this step; a worker that dies is followed by another after it. */
const LEASE_MS = 60_000
const PATIENCE_MS = 5_000
const POLL_MS = 1_000
const WAITING_MS = 2_000
const HELD_MS = 15_000
/** Without telemetry in this many windows a promise counts as not kept. */
const SILENT_WINDOWS = 3

/**
 * Carries a shift on from where it stands, for as long as there is something to do right away, and
 * asks for the next run. Each step is looked at again on fresh state just before it is told.
 */
export async function carryShift(
  ports: CarryShiftPorts,
  { shiftId }: { readonly shiftId: string },
  abort?: AbortSignal,
): Promise<CarryResult> {
  const record = await ports.shifts.load(shiftId)
  if (record?.status !== 'running') return 'gone'
  const lease = await ports.leases.acquire(`shift/${shiftId}`, ports.actor, LEASE_MS)
  if (!lease) return 'another has it'
  try {
    return await carry(ports, shiftId, record, abort)
  } finally {
    await ports.leases.release(lease)
  }
}

async function carry(
  ports: CarryShiftPorts,
  shiftId: string,
  record: ShiftRecord,
  abort?: AbortSignal,
): Promise<CarryResult> {
  const stored = await ports.plans.current()
  const ours = stored?.version === Number(record.shift.planVersion)
  if (!ours && record.failed === undefined) {
    await ports.shifts.save(shiftId, advance(record, { kind: 'supersede' }, ports.nowMs()))
    return 'superseded'
  }
  const deps = await depsOf(ports, record, stored!)
  const result = await runShift(shiftId, deps, abort)
  switch (result.status) {
    case 'taken-over':
      return 'another has it'
    case 'waiting':
    case 'held':
      await again(ports, shiftId, result.status === 'held' ? HELD_MS : WAITING_MS)
      return result.status
    default:
      return result.status
  }
}

async function depsOf(
  ports: CarryShiftPorts,
  record: ShiftRecord,
  stored: StoredPlan,
): Promise<ShiftDeps> {
  const fleet = await ports.fleet()
  const { readyMinutes, drainSeconds } = fleet.moves
  const windowMs = msFromSeconds(fleet.telemetry?.windowSeconds ?? 0)
  const { audit, actor, nowMs, sleep } = ports
  return {
    audit,
    actor,
    nowMs,
    sleep,
    backendFor: ({ backend }) => ports.backend(backend),
    store: tellingEnds(ports),
    slo: (model, sinceMs) => sloSince(ports, fleet, model, sinceMs + windowMs),
    inFlight: async () => {
      // Engines tell of a model as a whole: only of none at all it is known where.
      const { requestsRunning } = await ports.serving(record.shift.model)
      return requestsRunning === 0 ? 0 : undefined
    },
    obstacle: obstacleFor(ports, record),
    fence: stored.version,
    onForeignOwner: ({ backend }) => onForeignOwner(fleet, backend),
    timeouts: {
      readyMs: msFromMinutes(readyMinutes),
      sloMs: windowMs * SILENT_WINDOWS,
      drainMs: msFromSeconds(drainSeconds),
    },
    pollMs: POLL_MS,
    patienceMs: PATIENCE_MS,
  }
}

/** An end is told of in the transaction that notes it: whoever dies right after has told it. */
const tellingEnds = ({ shifts, nowMs }: CarryShiftPorts): ShiftDeps['store'] => ({
  load: shifts.load,
  save: (id, record) =>
    shifts.save(id, record, record.status === 'running' ? [] : [shiftEnded(record, nowMs())]),
})

/** Metrics look back over a window: until it has passed, good news may be of before. */
async function sloSince(
  { serving, nowMs }: CarryShiftPorts,
  { models }: Fleet,
  model: string,
  freshFromMs: number,
): Promise<SloState> {
  const [now] = await servingNow(
    serving,
    models.filter(({ id }) => id === model),
  )
  const slo = now?.slo ?? 'unknown'
  return slo === 'ok' && nowMs() < freshFromMs ? 'unknown' : slo
}

/** Asked just before each step; a way back is not stopped by what would stop the way there. */
const obstacleFor =
  (ports: CarryShiftPorts, record: ShiftRecord): ShiftDeps['obstacle'] =>
  async (step, fresh) => {
    const stop = await ports.stopped()
    if (stop !== undefined) return stop
    const stored = await ports.plans.current()
    if (stored?.outcome.status !== 'planned') return 'no plan is in force'
    const outdated = record.failed === undefined && outdatedBy(record, stored, ports.nowMs())
    if (outdated) return outdated
    if (step.kind !== 'tell' || !fresh || !needsLook(step.desired, fresh)) return undefined
    const sight = await ports.lookNow()
    if (!sight) return 'no plan is in force'
    return obstacleToStep(step, fresh, envelopeInputOf(commandInputOf(sight, [])))
  }

/** What only adds needs no look at everything else. */
const needsLook = ({ replicas }: Desired, fresh: Observed): boolean =>
  fresh.paused || (replicas !== undefined && takesAway(replicas, fresh))

function outdatedBy(
  { shift }: ShiftRecord,
  { version, validUntilMs }: StoredPlan,
  nowMs: number,
): string | undefined {
  if (version !== Number(shift.planVersion)) return 'a newer plan is in force'
  return nowMs >= validUntilMs ? 'the plan has expired' : undefined
}

function again({ queue, nowMs }: CarryShiftPorts, shiftId: string, delayMs: number): Promise<void> {
  const moment = Math.ceil((nowMs() + delayMs) / POLL_MS)
  const id = `shift-${shiftId}-${moment}`
  return queue.add({ name: 'carry-shift', payload: { shiftId }, id, delayMs })
}
