import { fixedCost, tokenCost } from './bin-costs.ts'
import { compileInstance, type Instance } from './instance.ts'
import type { Plan } from './plan.ts'
import type { PlanningProblem } from './problem.ts'

/** The next best place for a placement's load. */
export interface RunnerUp {
  readonly region: string
  readonly pointId: string
  readonly costPerMillionTokens: number
  /** Why the load is not there. */
  readonly because: 'dearer' | 'full' | 'not allowed'
}

/** Why one model runs where it does in one window. */
export interface PlacementReason {
  readonly window: number
  readonly model: string
  readonly region: string
  readonly pointId: string
  readonly replicas: number
  /** Objective per million tokens here, at this load. */
  readonly costPerMillionTokens: number
  readonly runnerUp?: RunnerUp
  readonly words: string
}

const TOKENS_PER_MILLION = 1_000_000

/** Every loaded placement with its cost per million tokens and the best alternative. */
export function runnersUp(problem: PlanningProblem, plan: Plan): PlacementReason[] {
  const instance = compileInstance(problem)
  const free = freeGpus(instance, plan)
  return plan.assignments.map((assignment): PlacementReason => {
    const m = problem.models.findIndex(({ id }) => id === assignment.model)
    const model = instance.models[m]!
    const t = assignment.window
    const rate = assignment.tokensPerSecond + assignment.batchTokensPerSecond
    const costs = Array.from({ length: model.binCount }, (_, b) => {
      const busiest = Math.min(model.capacity[b]!, Math.max(rate, 1e-9))
      const perToken = fixedCost(instance, model, t, b) / busiest + tokenCost(instance, model, t, b)
      return (perToken * TOKENS_PER_MILLION) / instance.windowSeconds[t]!
    })
    const isHere = (b: number) =>
      model.point[b]!.id === assignment.pointId &&
      problem.regions[model.region[b]!]!.id === assignment.region
    const here = costs.findIndex((_, b) => isHere(b))
    const order = [...costs.keys()].filter((b) => b !== here).sort((a, b) => costs[a]! - costs[b]!)
    const shared = {
      window: t,
      model: model.id,
      region: assignment.region,
      pointId: assignment.pointId,
      replicas: assignment.replicas,
      costPerMillionTokens: costs[here]!,
    }
    const words = `${model.id}: ${assignment.replicas} x ${assignment.pointId} in ${assignment.region}`
    const next = order[0]
    if (next === undefined) return { ...shared, words: `${words}: the only choice` }
    const runnerUp = judge(instance, plan, free, m, t, next, costs[next]!, costs[here]!)
    return {
      ...shared,
      runnerUp,
      words: `${words}; ${runnerUp.pointId} in ${runnerUp.region} is ${runnerUp.because}`,
    }
  })
}

function judge(
  instance: Instance,
  plan: Plan,
  free: Float64Array,
  m: number,
  t: number,
  b: number,
  cost: number,
  hereCost: number,
): RunnerUp {
  const model = instance.models[m]!
  const region = instance.problem.regions[model.region[b]!]!.id
  const allowed =
    model.sources.some(({ regions }) => regions.includes(model.region[b]!)) ||
    plan.batch.some((run) => run.region === region && run.window === t)
  const full = free[t * instance.pools.length + model.pool[b]!]! < model.gpus[b]!
  const because = !allowed ? 'not allowed' : cost < hereCost && full ? 'full' : 'dearer'
  return { region, pointId: model.point[b]!.id, costPerMillionTokens: cost, because }
}

function freeGpus(instance: Instance, plan: Plan): Float64Array {
  const { pools, windowCount: T, models, problem } = instance
  const free = Float64Array.from(
    { length: T * pools.length },
    (_, i) => pools[i % pools.length]!.count,
  )
  for (const { window, region, model, pointId, replicas } of plan.assignments) {
    const bins = models.find(({ id }) => id === model)!
    const b = bins.point.findIndex(
      (point, bin) => point.id === pointId && problem.regions[bins.region[bin]!]!.id === region,
    )
    free[window * pools.length + bins.pool[b]!]! -= replicas * bins.gpus[b]!
  }
  return free
}
