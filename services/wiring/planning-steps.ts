import { msFromSeconds } from '../domain/units.ts'
import { catalogueGpu, liveFactorsOf } from '../fitting/index.ts'
import { type FrameSources, frameNow } from '../pipeline/frame-now.ts'
import type { MergePlanPorts } from '../pipeline/merge-plan.ts'
import type { RefitModelsPorts } from '../pipeline/refit-models.ts'
import type { SolveBlockPorts } from '../pipeline/solve-block.ts'
import type { SolvePlanPorts } from '../pipeline/solve-plan.ts'
import { verifyPlan } from '../planning/index.ts'
import { alsoAbout } from '../platform/log-ids.ts'
import { knownModel } from './known-model.ts'
import type { Service } from './service.ts'
import { demandTraces } from './traces.ts'

/** Fits one model of the fleet on the GPUs of the fleet. */
const modelFitter =
  (service: Service): RefitModelsPorts['fitModel'] =>
  async (id) => {
    const { nowMs, stores, solver } = service
    const known = await knownModel(service, id)
    if (!known) return { model: id, fittedAtMs: nowMs(), source: 'not in the fleet', points: [] }
    const { fleet, model } = known
    const types = fleet.regions.flatMap(({ gpus }) => gpus.map(({ type }) => type))
    const gpus = [...new Set(types)].map(catalogueGpu)
    const knowledge = { ...known.knowledge, live: liveFactorsOf(await stores.liveBiases.of(id)) }
    const { length } = knowledge.runs
    const source = length > 0 ? `${length} own runs` : 'catalogue'
    const { regions } = fleet
    const points = await solver.fit({ model, fleet: { regions }, knowledge, gpus })
    return { model: id, fittedAtMs: nowMs(), source, points }
  }

/** Where a problem's parts come from, as things stand now. */
export async function frameSources(service: Service): Promise<FrameSources> {
  const { stores, log, readFile } = service
  const fitNow = modelFitter(service)
  return {
    fleet: await service.fleetNow(),
    fleetHash: service.fleetHash,
    nowMs: service.nowMs(),
    plans: stores.plans,
    fits: stores.fits,
    reader: service.reader,
    tracesOf: (model) => demandTraces(model, readFile),
    pushed: {
      between: (fromMs, toMs) => stores.demand.between(service.tenant, fromMs, toMs),
      highest: (fromMs, toMs) => stores.demand.highestObserved(service.tenant, fromMs, toMs),
    },
    replanMs: msFromSeconds(service.env.tickSeconds),
    fitNow: async (id) => (await fitNow(id)).points,
    warn: (message) => log.warn(message),
  }
}

/** What the steps from fits to plan ask for. */
export function planningSteps(service: Service) {
  const { queue, solver, stores, metrics, nowMs, log } = service
  const { plans, solves, fits } = stores
  const refitModels: RefitModelsPorts = { fits, fitModel: modelFitter(service) }
  const solvePlan: SolvePlanPorts = {
    split: solver.split,
    frame: async () => frameNow(await frameSources(service)),
    solves,
    plans,
    queue,
    observe: ({ kept, planned }) => {
      metrics.plannedWindows.inc({ origin: 'kept' }, kept)
      metrics.plannedWindows.inc({ origin: 'planned' }, planned)
    },
  }
  const solveBlock: SolveBlockPorts = { solves, solveBlock: solver.solveBlock }
  const mergePlan: MergePlanPorts = {
    solves,
    plans,
    queue,
    nowMs,
    merge: solver.merge,
    violations: (problem, outcome) =>
      outcome.status === 'planned' ? verifyPlan(problem, outcome.plan).violations : [],
    observe(planVersion) {
      alsoAbout({ planVersion })
      log.info('a plan is made')
    },
    needsApproval: async () => (await service.fleetNow()).policy.approval === 'required',
    validForMs: async () => (await service.fleetNow()).safeState.afterMinutes * 60_000,
  }
  return { refitModels, solvePlan, solveBlock, mergePlan }
}
