import type { Assignment, Plan } from './plan.ts'
import type { PlanningModel, PlanningProblem } from './problem.ts'
import { changeViolations } from './verify-changes.ts'
import { type RecomputedTotals, recomputeTotals } from './verify-totals.ts'

export interface PlanCheck {
  readonly ok: boolean
  /** One sentence for each broken promise. */
  readonly violations: readonly string[]
  readonly recomputed: RecomputedTotals
}

/** Relative slack for sums of floating-point rates. */
const TOLERANCE = 1e-6

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
    ...totalViolations(plan, recomputed),
  ]
  return { ok: violations.length === 0, violations, recomputed }
}

const exceeds = (value: number, limit: number): boolean =>
  value > limit + TOLERANCE * Math.max(1, Math.abs(limit))
const differs = (a: number, b: number): boolean => exceeds(a, b) || exceeds(b, a)
const total = <X>(items: readonly X[], of: (item: X) => number): number =>
  items.reduce((sum, item) => sum + of(item), 0)

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one pass over nested indices, clearer in one place.
function modelViolations(problem: PlanningProblem, plan: Plan, model: PlanningModel): string[] {
  const out: string[] = []
  const points = new Map(model.points.map((point) => [point.id, point]))
  const own = plan.assignments.filter((assignment) => assignment.model === model.id)
  for (const a of own) {
    const point = points.get(a.pointId)
    const where = `${model.id} ${a.pointId} in ${a.region}, window ${a.window}`
    if (!point) {
      out.push(`${where}: no such operating point`)
      continue
    }
    const rate = a.tokensPerSecond + a.batchTokensPerSecond
    if (exceeds(rate, a.replicas * point.capacityTokensPerSecond)) {
      out.push(`${where}: ${rate} tokens/s on ${a.replicas} replicas`)
    }
    if (!Number.isInteger(a.replicas) || a.replicas < 0)
      out.push(`${where}: ${a.replicas} replicas`)
    if (a.tokensPerSecond < 0 || a.batchTokensPerSecond < 0) out.push(`${where}: negative load`)
    const pin = problem.policy.pinned?.find(
      (p) => p.model === model.id && (p.region === undefined || p.region === a.region),
    )
    if (pin && pin.pointId !== a.pointId) out.push(`${where}: pinned to ${pin.pointId}`)
  }
  const byWindow = groupBy(own, (assignment) => assignment.window)
  const flows = groupBy(
    plan.flows.filter((flow) => flow.model === model.id),
    (flow) => flow.window,
  )
  for (const t of problem.windows.keys()) {
    const here = byWindow.get(t) ?? []
    out.push(...trafficViolations(problem, model, t, flows.get(t) ?? [], here))
    out.push(...replicaViolations(model, t, here))
  }
  return out
}

function trafficViolations(
  problem: PlanningProblem,
  model: PlanningModel,
  t: number,
  flows: Plan['flows'],
  assignments: readonly Assignment[],
): string[] {
  const out: string[] = []
  for (const { origin, tokensPerSecond, regions } of model.demand) {
    const own = flows.filter((flow) => flow.origin === origin)
    const served = total(own, (flow) => flow.tokensPerSecond)
    if (differs(served, tokensPerSecond[t]!)) {
      out.push(
        `${model.id} from ${origin}, window ${t}: ${served} of ${tokensPerSecond[t]} tokens/s`,
      )
    }
    for (const flow of own) {
      if (!regions.includes(flow.region)) {
        out.push(`${model.id} from ${origin}, window ${t}: may not be served in ${flow.region}`)
      }
    }
  }
  for (const { id } of problem.regions) {
    const arriving = total(
      flows.filter((flow) => flow.region === id),
      (flow) => flow.tokensPerSecond,
    )
    const carried = total(
      assignments.filter((assignment) => assignment.region === id),
      (assignment) => assignment.tokensPerSecond,
    )
    if (differs(arriving, carried)) {
      out.push(`${model.id} in ${id}, window ${t}: ${arriving} tokens/s arrive, ${carried} carried`)
    }
  }
  return out
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
  if (model.spareReplicas > 0) {
    const capacities = assignments
      .flatMap(({ replicas: count, pointId }) => {
        const point = model.points.find(({ id }) => id === pointId)
        return Array.from({ length: count }, () => point?.capacityTokensPerSecond ?? 0)
      })
      .sort((a, b) => b - a)
    const left = total(capacities.slice(model.spareReplicas), (capacity) => capacity)
    const demand = total(model.demand, ({ tokensPerSecond }) => tokensPerSecond[t]!)
    if (exceeds(demand, left)) {
      out.push(`${model.id}, window ${t}: losing ${model.spareReplicas} replicas leaves ${left}`)
    }
  }
  return out
}

function poolViolations(problem: PlanningProblem, plan: Plan): string[] {
  const size = new Map(
    problem.models.flatMap((model) =>
      model.points.map((point) => [`${model.id} ${point.id}`, point] as const),
    ),
  )
  const used = new Map<string, number>()
  for (const { window, region, model, pointId, replicas } of plan.assignments) {
    const point = size.get(`${model} ${pointId}`)
    if (!point) continue
    const key = `${window} ${region} ${point.variant.gpu}`
    used.set(key, (used.get(key) ?? 0) + replicas * point.gpusPerReplica)
  }
  const counts = new Map(
    problem.regions.flatMap(({ id, pools }) =>
      pools.map(({ gpu, count }) => [`${id} ${gpu}`, count]),
    ),
  )
  return [...used].flatMap(([key, gpus]) => {
    const count = counts.get(key.slice(key.indexOf(' ') + 1)) ?? 0
    return exceeds(gpus, count) ? [`window, region, GPU ${key}: ${gpus} of ${count} GPUs`] : []
  })
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one pass over nested indices, clearer in one place.
function batchViolations(problem: PlanningProblem, plan: Plan): string[] {
  const out: string[] = []
  for (const work of problem.batch) {
    const runs = plan.batch.filter((run) => run.work === work.id)
    for (const { window, region } of runs) {
      const inTime = window >= work.firstWindow && window < work.deadlineWindow
      if (!inTime) out.push(`${work.id}: runs in window ${window}, outside its time`)
      if (!work.regions.includes(region)) out.push(`${work.id}: may not run in ${region}`)
    }
    const done = total(runs, ({ window, tokensPerSecond }) => {
      const { startMs, endMs } = problem.windows[window]!
      return (tokensPerSecond * (endMs - startMs)) / 1000
    })
    if (exceeds(work.tokens, done)) out.push(`${work.id}: ${done} of ${work.tokens} tokens`)
  }
  const ran = new Map<string, number>()
  const count = (key: string, rate: number) => ran.set(key, (ran.get(key) ?? 0) + rate)
  const modelOf = new Map(problem.batch.map(({ id, model }) => [id, model]))
  for (const run of plan.batch) {
    count(`${run.window} ${run.region} ${modelOf.get(run.work)}`, run.tokensPerSecond)
  }
  for (const a of plan.assignments) {
    count(`${a.window} ${a.region} ${a.model}`, -a.batchTokensPerSecond)
  }
  for (const [key, rate] of ran) {
    if (exceeds(rate, 0.01))
      out.push(`window, region, model ${key}: ${rate} batch tokens/s too few`)
  }
  return out
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

function groupBy<X>(items: readonly X[], key: (item: X) => number): Map<number, X[]> {
  const groups = new Map<number, X[]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group) group.push(item)
    else groups.set(key(item), [item])
  }
  return groups
}
