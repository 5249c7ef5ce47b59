import { kgFromG } from '../domain/units.ts'
import type { Block, BlockSolution, WorkSeries } from './block.ts'
import { carbonDays } from './carbon-days.ts'
import { type Deadline, isPast, TIME_SHARES } from './deadline.ts'
import { groupBy } from './group-by.ts'
import type { LinearSolver } from './linear-solver.ts'
import type { BindingLimit, Plan } from './plan.ts'
import { planFreely } from './plan-freely.ts'
import { replicaSeries } from './plan-series.ts'
import { pricePlan } from './price-plan.ts'
import type { PlanningPolicy, PlanningProblem } from './problem.ts'

/** Halvings of the range of prices, which spans six orders of magnitude: steps of 11 % at the end. */
const STEPS = 7
const RANGE = 1e3
const ROUNDING = 1 + 1e-9

/**
 * A whole problem with a budget of carbon. The budget gets a price: carbon and money are weighed
 * against each other (`carbonGPerUsd`), and the dearest carbon that is needed is found by bisection,
 * each step an ordinary plan. Everett, "Generalized Lagrange multiplier method", Oper. Res. 11 (1963).
 *
 * A deadline ends the bisection only: the two plans that it lies between are made in any case.
 *
 * The plan of least carbon decides whether the budget can be kept at all.
 */
export function solveWithinBudget(
  block: Block,
  solver: LinearSolver,
  deadline: Deadline,
): BlockSolution {
  const { carbonBudgetGPerDay, ...policy } = block.problem.policy
  const limit = carbonBudgetGPerDay! * ROUNDING
  const planWith = <F>(change: Partial<PlanningPolicy>, otherwise: F): Plan | F => {
    const outcome = planFreely({ ...block.problem, policy: { ...policy, ...change } }, solver)
    return outcome.status === 'planned' ? outcome.plan : otherwise
  }
  const free = planWith({}, undefined)
  if (!free) return { blockId: block.id, replicas: [], batch: [], infeasible: true }
  if (dirtiestDay(block.problem, free) <= limit)
    return solutionOf(block, free, free.objective.bound)
  // Of carbon itself, not of its upper quantile or of manufacturing: these the budget does not count.
  const clean = { objective: 'carbon', riskAversion: 0, countEmbodied: false } as const
  const cleanest = planWith({ ...clean, carbonGPerUsd: 0 }, free)
  const least = dirtiestDay(block.problem, cleanest)
  if (least > limit) {
    return { blockId: block.id, replicas: [], batch: [], leastCarbonGPerDay: least }
  }
  let best = cleanest
  let bound = free.objective.bound
  let [low, high] = priceRange(policy, free)
  const steps = high > 0 ? STEPS : 0
  let step = 0
  for (; step < steps && !isPast(deadline, TIME_SHARES.blocks); step++) {
    const carbonGPerUsd = Math.sqrt(low * high)
    const plan = planWith({ ...clean, carbonGPerUsd }, cleanest)
    bound = Math.max(bound, provenAt(block.problem, plan, carbonGPerUsd))
    const isKept = dirtiestDay(block.problem, plan) <= limit
    if (isKept) low = carbonGPerUsd
    else high = carbonGPerUsd
    if (isKept && objectiveOf(block.problem, plan) < objectiveOf(block.problem, best)) best = plan
  }
  const binding = [budgetLimit(block.problem, low)]
  const solution = { ...solutionOf(block, best, bound), binding }
  return step < steps ? { ...solution, isCutShort: true } : solution
}

const objectiveOf = (problem: PlanningProblem, { assignments }: Plan): number =>
  pricePlan(problem, assignments).objectiveValue

/** @param carbonGPerUsd the least carbon per dollar, at which the budget is kept */
function budgetLimit({ policy, windows }: PlanningProblem, carbonGPerUsd: number): BindingLimit {
  const kgPerDay = kgFromG(policy.carbonBudgetGPerDay!)
  const price =
    policy.objective === 'cost' && carbonGPerUsd > 0
      ? `: one kg more would save about ${(1e3 / carbonGPerUsd).toPrecision(2)} USD`
      : ''
  return {
    limit: 'carbon-budget',
    windows: [...windows.keys()],
    words: `the budget of ${kgPerDay.toPrecision(3)} kgCO2e a day is used up${price}`,
  }
}

/** Weights of a dollar between nearly only carbon and nearly only money; none where none counts. */
function priceRange({ objective, carbonGPerUsd }: PlanningPolicy, { predicted }: Plan) {
  if (objective === 'energy') return [0, 0] as const
  if (objective === 'carbon') return [carbonGPerUsd / RANGE, carbonGPerUsd] as const
  const even = predicted.carbonG / Math.max(predicted.costUsd, 1e-6)
  return [even / RANGE, even * RANGE] as const
}

/**
 * What a plan at a price proves for the cost objective: money is at least the weighed sum less the
 * whole budget. Only where carbon cannot be negative, since the objective counts that as none.
 */
function provenAt(
  { policy, regions, windows }: PlanningProblem,
  plan: Plan,
  price: number,
): number {
  const negative = regions.some(({ carbonGPerKwh }) => carbonGPerKwh.some((value) => value < 0))
  if (policy.objective !== 'cost' || negative) return 0
  const days = carbonDays(windows).reduce((sum, day) => sum + day.days, 0)
  return (plan.objective.bound - policy.carbonBudgetGPerDay! * days) / price
}

/** The most carbon of any 24 h, g a day. */
function dirtiestDay(problem: PlanningProblem, { assignments }: Plan): number {
  const { carbonGByWindow } = pricePlan(problem, assignments)
  const perDay = carbonDays(problem.windows).map(
    ({ windows, days }) => windows.reduce((sum, t) => sum + carbonGByWindow[t]!, 0) / days,
  )
  return Math.max(...perDay)
}

function solutionOf({ id, problem }: Block, plan: Plan, bound: number): BlockSolution {
  const replicas = replicaSeries(plan.assignments, [0, problem.windows.length])
  const batch = [...groupBy(plan.batch, ({ work }) => work)].map(([work, runs]): WorkSeries => {
    const values = problem.windows.map(() => 0)
    for (const { window, tokensPerSecond } of runs) values[window]! += tokensPerSecond
    return { work, values }
  })
  return {
    blockId: id,
    replicas,
    batch,
    bound: { value: bound, kind: 'Lagrangian, budget at its price' },
  }
}
