import type { Assignment, Plan } from './plan.ts'
import type { BatchWork, PlanningModel, PlanningProblem } from './problem.ts'
import { changeViolations } from './verify-changes.ts'
import { together } from './verify-groups.ts'
import { type RecomputedTotals, recomputeTotals } from './verify-totals.ts'

export interface PlanCheck {
  readonly ok: boolean
  /** One sentence for each broken promise. */
  readonly violations: readonly string[]
  readonly recomputed: RecomputedTotals
}

/** Relative slack for sums of floating-point rates. */
const TOLERANCE = 1e-6
const MS_PER_DAY = 86_400_000

/**
 * A second look at a plan, from the raw problem and by its own arithmetic: nothing here is shared
 * with the solver, so that a mistake there cannot hide itself.
 */
export function verifyPlan(problem: PlanningProblem, plan: Plan): PlanCheck {
  const recomputed = recomputeTotals(problem, plan)
  const violations = [
    ...problem.models.flatMap((model) => modelViolations(problem, plan, model)),
    ...poolViolations(problem, plan),
    ...batchViolations(problem, plan),
    ...changeViolations(problem, plan),
    ...budgetViolations(problem, recomputed),
    ...totalViolations(plan, recomputed),
  ]
  return { ok: violations.length === 0, violations, recomputed }
}

const exceeds = (value: number, limit: number): boolean =>
  value > limit + TOLERANCE * Math.max(1, Math.abs(limit))
const differs = (a: number, b: number): boolean => exceeds(a, b) || exceeds(b, a)
const total = <X>(items: readonly X[], of: (item: X) => number): number =>
  items.reduce((sum, item) => sum + of(item), 0)

function modelViolations(problem: PlanningProblem, plan: Plan, model: PlanningModel): string[] {
  const own = plan.assignments.filter((assignment) => assignment.model === model.id)
  const byWindow = together(own, ({ window }) => `${window}`)
  const flows = together(
    plan.flows.filter((flow) => flow.model === model.id),
    ({ window }) => `${window}`,
  )
  return [
    ...own.flatMap((assignment) => assignmentViolations(problem, model, assignment)),
    ...[...problem.windows.keys()].flatMap((t) => {
      const here = byWindow.get(`${t}`) ?? []
      return [
        ...demandViolations(model, t, flows.get(`${t}`) ?? []),
        ...arrivalViolations(problem, model, t, flows.get(`${t}`) ?? [], here),
        ...replicaViolations(model, t, here),
      ]
    }),
  ]
}

function assignmentViolations(
  { policy }: PlanningProblem,
  model: PlanningModel,
  a: Assignment,
): string[] {
  const where = `${model.id} ${a.pointId} in ${a.region}, window ${a.window}`
  const point = model.points.find(({ id }) => id === a.pointId)
  if (!point) return [`${where}: no such operating point`]
  const out: string[] = []
  const rate = a.tokensPerSecond + a.batchTokensPerSecond
  if (exceeds(rate, a.replicas * point.capacityTokensPerSecond)) {
    out.push(`${where}: ${rate} tokens/s on ${a.replicas} replicas`)
  }
  if (!Number.isInteger(a.replicas) || a.replicas < 0) out.push(`${where}: ${a.replicas} replicas`)
  if (a.tokensPerSecond < 0 || a.batchTokensPerSecond < 0) out.push(`${where}: negative load`)
  const pin = policy.pinned?.find(
    (p) => p.model === model.id && (p.region === undefined || p.region === a.region),
  )
  if (pin && pin.pointId !== a.pointId) out.push(`${where}: pinned to ${pin.pointId}`)
  return out
}

/** Every origin is served, all of it, where it may be. */
function demandViolations(model: PlanningModel, t: number, flows: Plan['flows']): string[] {
  return model.demand.flatMap(({ origin, tokensPerSecond, regions }) => {
    const own = flows.filter((flow) => flow.origin === origin)
    const served = total(own, (flow) => flow.tokensPerSecond)
    const where = `${model.id} from ${origin}, window ${t}`
    const wrong = own.filter(({ region }) => !regions.includes(region))
    return [
      ...(differs(served, tokensPerSecond[t]!)
        ? [`${where}: ${served} of ${tokensPerSecond[t]} tokens/s`]
        : []),
      ...wrong.map(({ region }) => `${where}: may not be served in ${region}`),
    ]
  })
}

/** What arrives in a region is what its replicas carry. */
function arrivalViolations(
  problem: PlanningProblem,
  model: PlanningModel,
  t: number,
  flows: Plan['flows'],
  assignments: readonly Assignment[],
): string[] {
  const rateIn = (region: string, items: readonly (Assignment | Plan['flows'][number])[]) =>
    total(
      items.filter((item) => item.region === region),
      (item) => item.tokensPerSecond,
    )
  return problem.regions.flatMap(({ id }) => {
    const arriving = rateIn(id, flows)
    const carried = rateIn(id, assignments)
    return differs(arriving, carried)
      ? [`${model.id} in ${id}, window ${t}: ${arriving} tokens/s arrive, ${carried} carried`]
      : []
  })
}

function replicaViolations(
  model: PlanningModel,
  t: number,
  assignments: readonly Assignment[],
): string[] {
  const replicas = total(assignments, (assignment) => assignment.replicas)
  const out: string[] = []
  if (replicas < model.minReplicas) {
    out.push(`${model.id}, window ${t}: ${replicas} of at least ${model.minReplicas} replicas`)
  }
  const left = capacityWithout(model, assignments)
  const demand = total(model.demand, ({ tokensPerSecond }) => tokensPerSecond[t]!)
  if (model.spareReplicas > 0 && exceeds(demand, left)) {
    out.push(`${model.id}, window ${t}: losing ${model.spareReplicas} replicas leaves ${left}`)
  }
  return out
}

/** tokens/s that are left when the largest `spareReplicas` are lost. */
function capacityWithout(model: PlanningModel, assignments: readonly Assignment[]): number {
  const capacities = model.points
    .flatMap(({ id, capacityTokensPerSecond }) => {
      const own = assignments.filter(({ pointId }) => pointId === id)
      const count = total(own, ({ replicas }) => replicas)
      return Array.from({ length: Math.max(0, count) }, () => capacityTokensPerSecond)
    })
    .sort((a, b) => b - a)
  return total(capacities.slice(model.spareReplicas), (capacity) => capacity)
}

function poolViolations(problem: PlanningProblem, plan: Plan): string[] {
  const points = new Map(
    problem.models.flatMap(({ id, points: own }) => own.map((p) => [`${id} ${p.id}`, p] as const)),
  )
  const pointOf = (a: Assignment) => points.get(`${a.model} ${a.pointId}`)
  const known = plan.assignments.filter((a) => pointOf(a) !== undefined)
  const byPool = together(
    known,
    (a) => `${pointOf(a)!.variant.gpu} in ${a.region}, window ${a.window}`,
  )
  return [...byPool].flatMap(([key, own]) => {
    const { gpu } = pointOf(own[0]!)!.variant
    const pools = problem.regions.find(({ id }) => id === own[0]!.region)?.pools ?? []
    const count = pools.find((pool) => pool.gpu === gpu)?.count ?? 0
    const gpus = total(own, (a) => a.replicas * pointOf(a)!.gpusPerReplica)
    return exceeds(gpus, count) ? [`${key}: ${gpus} of ${count} GPUs`] : []
  })
}

function batchViolations(problem: PlanningProblem, plan: Plan): string[] {
  return [
    ...problem.batch.flatMap((work) => {
      const runs = plan.batch.filter((run) => run.work === work.id)
      return workViolations(problem, work, runs)
    }),
    ...batchCarriedViolations(problem, plan),
  ]
}

function workViolations(
  { windows }: PlanningProblem,
  work: BatchWork,
  runs: Plan['batch'],
): string[] {
  const early = runs.filter((r) => r.window < work.firstWindow || r.window >= work.deadlineWindow)
  const abroad = runs.filter(({ region }) => !work.regions.includes(region))
  const done = total(runs, ({ window, tokensPerSecond }) => {
    const { startMs, endMs } = windows[window]!
    return (tokensPerSecond * (endMs - startMs)) / 1000
  })
  return [
    ...early.map(({ window }) => `${work.id}: runs in window ${window}, outside its time`),
    ...abroad.map(({ region }) => `${work.id}: may not run in ${region}`),
    ...(exceeds(work.tokens, done) ? [`${work.id}: ${done} of ${work.tokens} tokens`] : []),
  ]
}

/** Work that runs is carried by replicas of its model, in its region and window. */
function batchCarriedViolations(problem: PlanningProblem, plan: Plan): string[] {
  const modelOf = new Map(problem.batch.map(({ id, model }) => [id, model]))
  const carried = together(plan.assignments, (a) => `${a.window} ${a.region} ${a.model}`)
  const ran = together(plan.batch, (r) => `${r.window} ${r.region} ${modelOf.get(r.work)}`)
  return [...ran].flatMap(([key, runs]) => {
    const missing =
      total(runs, ({ tokensPerSecond }) => tokensPerSecond) -
      total(carried.get(key) ?? [], ({ batchTokensPerSecond }) => batchTokensPerSecond)
    return exceeds(missing, 0.01)
      ? [`window, region, model ${key}: ${missing} batch tokens/s too few`]
      : []
  })
}

/** Carbon of every 24 h from the first window; a last part of a day counts pro rata. */
function budgetViolations(
  { policy, windows }: PlanningProblem,
  { carbonGByWindow }: RecomputedTotals,
): string[] {
  const limit = policy.carbonBudgetGPerDay
  if (limit === undefined) return []
  const dayOf = (t: number) => Math.floor((windows[t]!.startMs - windows[0]!.startMs) / MS_PER_DAY)
  const days = together(windows.keys(), (t) => `${dayOf(t)}`)
  return [...days].flatMap(([day, own]) => {
    const carbonG = total(own, (t) => carbonGByWindow[t]!)
    const ms = total(own, (t) => windows[t]!.endMs - windows[t]!.startMs)
    const budgetG = (limit * ms) / MS_PER_DAY
    return exceeds(carbonG, budgetG) ? [`day ${day}: ${carbonG} of ${budgetG} gCO2e`] : []
  })
}

function totalViolations(plan: Plan, recomputed: RecomputedTotals): string[] {
  const relative = (a: number, b: number) => Math.abs(a - b) > 1e-6 * Math.max(1, Math.abs(b))
  const pairs = [
    ['energyKwh', plan.predicted.energyKwh, recomputed.energyKwh],
    ['carbonG', plan.predicted.carbonG, recomputed.carbonG],
    ['costUsd', plan.predicted.costUsd, recomputed.costUsd],
    ['objective', plan.objective.value, recomputed.objective],
  ] as const
  const out = pairs.flatMap(([name, said, found]) =>
    relative(said, found) ? [`${name}: the plan says ${said}, the check finds ${found}`] : [],
  )
  if (exceeds(plan.objective.bound, recomputed.objective)) {
    out.push(`bound ${plan.objective.bound} is above the objective ${recomputed.objective}`)
  }
  return out
}
