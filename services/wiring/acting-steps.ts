import { hostname } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import type { SteeredTarget } from '../actuation/index.ts'
import { CARBON_QUALITIES } from '../domain/carbon-series.ts'
import { NotFound } from '../domain/errors.ts'
import { gFromKg } from '../domain/units.ts'
import { appendEvents, type NewEvent } from '../notification/index.ts'
import type { AccountPorts } from '../pipeline/account.ts'
import type { ApplyPlanPorts } from '../pipeline/apply-plan.ts'
import type { AttributeLeversPorts } from '../pipeline/attribute-levers.ts'
import type { CarryShiftPorts } from '../pipeline/carry-shift.ts'
import type { GuardSloPorts } from '../pipeline/guard-slo.ts'
import { lookAtFleet } from '../pipeline/look-at-fleet.ts'
import type { RefreshGridPorts } from '../pipeline/refresh-grid.ts'
import { steeredTargets } from '../pipeline/steered-targets.ts'
import type { TickPorts } from '../pipeline/tick.ts'
import type { Plan } from '../planning/index.ts'
import { joinedRead } from '../platform/joined-read.ts'
import { alsoAbout } from '../platform/log-ids.ts'
import type { Service } from './service.ts'

/** Everything that `plan` and the plans before it steer. */
export async function targetsOf(
  { fleetNow, stores }: Service,
  plan: Plan,
): Promise<readonly SteeredTarget[]> {
  const points = new Map((await stores.fits.all()).map((fit) => [fit.model, fit.points]))
  const known = new Set((await stores.toldTargets.all()).keys())
  return steeredTargets(await fleetNow(), plan, points, known)
}

/** What the steps around the plan ask for: the clock, the grid, the backends, the ledger. */
export function actingSteps(service: Service) {
  const { tenant, database, fleetNow, log, metrics, nowMs, queue, reader, stores } = service
  const tell = (events: readonly NewEvent[]) =>
    database.transaction((tx) => appendEvents(tx, tenant, events))
  const tick: TickPorts = { fleet: fleetNow, queue }
  const refreshGrid: RefreshGridPorts = {
    reader,
    tell,
    warn: (message) => log.warn(message),
    observe: (zone, rung) => metrics.gridRung.set({ zone }, CARBON_QUALITIES.indexOf(rung) + 1),
  }
  const applyPlan: ApplyPlanPorts = {
    plans: stores.plans,
    fleet: fleetNow,
    targets: (_fleet, plan) => targetsOf(service, plan),
    backend: service.backend,
    changedAtMs: async (ids) => {
      const told = await stores.toldTargets.all()
      return Object.fromEntries(ids.flatMap((id) => (told.has(id) ? [[id, told.get(id)!]] : [])))
    },
    serving: service.serving,
    audit: stores.audit,
    shifts: stores.shifts,
    knownGood: stores.knownGood,
    memory: stores.targetMemory,
    tell,
    queue,
    stopped: service.stopped,
    nowMs,
    actor: `gridtide@${hostname()}:${process.pid}`,
  }
  const carryShift: CarryShiftPorts = {
    ...applyPlan,
    shifts: sayingOfWhichPlan(stores.shifts),
    leases: stores.leases,
    // Many shifts ask at once, and each look asks every backend.
    lookNow: joinedRead(async () => {
      const stored = await stores.plans.current()
      return stored?.outcome.status === 'planned'
        ? lookAtFleet(applyPlan, stored.outcome.plan)
        : undefined
    }),
    sleep: async (durationMs, signal) => {
      await setTimeout(durationMs, undefined, signal ? { signal } : {})
    },
  }
  const guardSlo: GuardSloPorts = {
    ...applyPlan,
    problem: async (digest) => {
      const frame = await stores.solves.frameOf(digest).catch(undefinedIfForgotten)
      return frame?.problem
    },
    yieldRegions: (regions, untilMs) => stores.yields.yield(regions, untilMs),
  }
  const notifyChange = { relay: (abort: AbortSignal) => service.relay(abort) }
  const budgetGPerDay = async () => {
    const { budgetKgPerDay } = (await fleetNow()).policy
    return budgetKgPerDay && gFromKg(budgetKgPerDay)
  }
  const account: AccountPorts = { ...stores, reader, budgetGPerDay, tell, nowMs }
  const attributeLevers: AttributeLeversPorts = { ...stores, attribute: service.solver.attribute }
  return {
    tick,
    refreshGrid,
    applyPlan,
    carryShift,
    guardSlo,
    notifyChange,
    account,
    attributeLevers,
  }
}

const sayingOfWhichPlan = (shifts: CarryShiftPorts['shifts']): CarryShiftPorts['shifts'] => ({
  ...shifts,
  async load(shiftId) {
    const record = await shifts.load(shiftId)
    if (record) alsoAbout({ planVersion: Number(record.shift.planVersion) })
    return record
  },
})

function undefinedIfForgotten(error: unknown): undefined {
  if (!(error instanceof NotFound)) throw error
}
