import { inputsOf } from '../../../services/planning/cut-blocks.ts'
import {
  holdUnlessWorth,
  type LinearSolver,
  type Plan,
  type PlanningProblem,
  planHorizon,
  pricePlan,
  type RunningReplicas,
  random,
} from '../../../services/planning/index.ts'
import { generateProblem } from './instances.ts'

const HORIZON = 24
const TICKS = 12
const SIZE = { regions: 4, windows: HORIZON + TICKS, models: 5, variants: 8 }
const MS_PER_HOUR = 3_600_000
/** Of the window in force, and how its square grows by the hour ahead. */
const SD_NOW = 0.02
const VARIANCE_PER_HOUR = 0.02 ** 2
const MEMORY_HOURS = 12
/** z of the 90 % quantile of a normal distribution. */
const Z90 = 1.2816

/** What a rolling plan costs and how much it changes, with every forecast issued anew each window. */
export interface RolledPlan {
  /** gCO2e-equivalent at what the grid really was, starts included. */
  readonly value: number
  readonly changedGpus: number
}

/**
 * Rolls one fleet on for some windows, twice: taking every new plan, and holding the plan in force
 * unless the new one is worth the change. Both see the same forecasts.
 */
export function rollForecasts(seed: number, solver: LinearSolver) {
  const whole: PlanningProblem = { ...generateProblem({ ...SIZE, seed }), batch: [] }
  const forecasts = Array.from({ length: TICKS }, (_, tick) => forecastAt(whole, tick, seed))
  return {
    taken: rolled(whole, forecasts, solver, (_problem, _inForce, plan) => plan),
    held: rolled(whole, forecasts, solver, holdUnlessWorth),
  }
}

function rolled(
  whole: PlanningProblem,
  forecasts: readonly PlanningProblem[],
  solver: LinearSolver,
  choose: (problem: PlanningProblem, inForce: Plan, plan: Plan) => Plan,
): RolledPlan {
  let running: RunningReplicas[] = []
  let inForce: Plan | undefined
  const sum = { value: 0, changedGpus: 0 }
  for (const [tick, forecast] of forecasts.entries()) {
    const policy = { ...forecast.policy, freeFirstStarts: tick === 0 }
    const problem = { ...forecast, policy, running }
    const outcome = planHorizon(problem, solver)
    if (outcome.status !== 'planned') throw new Error(outcome.words)
    inForce = inForce ? choose(problem, inForce, outcome.plan) : outcome.plan
    const now = inForce.assignments.filter(({ window }) => window === 0)
    const truth = { ...inputsOf(whole, [tick, tick + 1]), policy, running }
    sum.value += pricePlan(truth, now).objectiveValue
    if (tick > 0) sum.changedGpus += changed(problem, running, now)
    running = now.map(({ region, model, pointId, replicas }) => ({
      region,
      model,
      pointId,
      replicas,
    }))
  }
  return { value: Math.round(sum.value), changedGpus: sum.changedGpus }
}

function changed(
  { models }: PlanningProblem,
  before: readonly RunningReplicas[],
  after: readonly RunningReplicas[],
): number {
  const gpus = new Map(
    models.flatMap(({ id, points }) => points.map((p) => [`${id} ${p.id}`, p.gpusPerReplica])),
  )
  const net = new Map<string, number>()
  for (const [sign, side] of [
    [-1, before],
    [1, after],
  ] as const) {
    for (const { region, model, pointId, replicas } of side) {
      const key = JSON.stringify([region, model, pointId])
      const count = sign * replicas * gpus.get(`${model} ${pointId}`)!
      net.set(key, (net.get(key) ?? 0) + count)
    }
  }
  return [...net.values()].reduce((total, count) => total + Math.abs(count), 0)
}

/** The horizon from a window on, its grid off the truth by errors that grow with time and fade in memory. */
function forecastAt(whole: PlanningProblem, tick: number, seed: number): PlanningProblem {
  const part = inputsOf(whole, [tick, tick + HORIZON])
  const next = random(1000 * seed + tick)
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  const [{ startMs, endMs }] = part.windows as [PlanningProblem['windows'][number]]
  const hours = (endMs - startMs) / MS_PER_HOUR
  const fade = Math.exp(-hours / MEMORY_HOURS)
  return {
    ...part,
    regions: part.regions.map((region) => {
      let error = normal()
      const spread = part.windows.map((_, t) =>
        Math.sqrt(SD_NOW ** 2 + t * hours * VARIANCE_PER_HOUR),
      )
      const level = region.carbonGPerKwh.map((g, t) => {
        if (t > 0) error = fade * error + Math.sqrt(1 - fade * fade) * normal()
        return g * Math.exp(error * spread[t]!)
      })
      return {
        ...region,
        carbonGPerKwh: level,
        carbonLowGPerKwh: level.map((g, t) => g * Math.exp(-Z90 * spread[t]!)),
        carbonHighGPerKwh: level.map((g, t) => g * Math.exp(Z90 * spread[t]!)),
      }
    }),
  }
}
