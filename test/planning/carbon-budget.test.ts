import { beforeAll, describe, expect, it } from 'vitest'
import {
  type LinearSolver,
  loadHighs,
  type Plan,
  type PlanningPolicy,
  type PlanningProblem,
  planHorizon,
  verifyPlan,
} from '../../services/planning/index.ts'
import { model, point, problem, region } from './problems.ts'

let solver: LinearSolver
beforeAll(async () => {
  solver = await loadHighs()
})

const pools = (priceUsdPerHour: number) => [
  { gpu: 'H100', count: 8, parkedWatts: 0, priceUsdPerHour },
]

/** Clean and dear, or dirty and cheap: up to four replicas, each 600 W x 1.2 at full load. */
function choice(policy: Partial<PlanningPolicy>, more: Partial<PlanningProblem> = {}) {
  return problem({
    count: 2,
    regions: [
      region('dirty', [500, 500], { pools: pools(1) }),
      region('clean', [50, 50], { pools: pools(3) }),
    ],
    models: [
      model('chat', {
        points: [point('p', { startJoules: 0, idleWatts: 100, busyWatts: 580 })],
        demand: [{ origin: 'x', tokensPerSecond: [400, 400], regions: ['dirty', 'clean'] }],
      }),
    ],
    policy: { objective: 'cost', carbonGPerUsd: 0, ...policy },
    ...more,
  })
}

function planned(of: PlanningProblem): Plan {
  const outcome = planHorizon(of, solver)
  if (outcome.status !== 'planned') throw new Error(outcome.words)
  expect(verifyPlan(of, outcome.plan).violations).toEqual([])
  return outcome.plan
}

// A replica-hour is 0.72 kWh: 360 g where it is dirty, 36 g where it is clean.
const PER_DAY = 12

describe('a carbon budget', () => {
  it('costs nothing while the cheapest plan keeps it', () => {
    const plan = planned(choice({ carbonBudgetGPerDay: 8 * 360 * PER_DAY }))
    expect(plan.predicted.costUsd).toBeCloseTo(8, 6)
    expect(plan.bound.gapRatio).toBeLessThan(1e-3)
    expect(plan.binding).toEqual([])
  })

  it('moves as many replicas as it has to, and no more', () => {
    // Of eight replica-hours, four fit into the budget where it is dirty.
    const budget = (4 * 360 + 4 * 36) * PER_DAY + 1
    const plan = planned(choice({ carbonBudgetGPerDay: budget }))
    expect(plan.predicted.carbonG).toBeLessThanOrEqual(budget / PER_DAY)
    // The four dear ones, or where two prices tie, all eight: a price reaches only the hull.
    expect(plan.predicted.costUsd).toBeLessThanOrEqual(24)
    expect(plan.objective.bound).toBeGreaterThan(15.5)
    expect(plan.objective.bound).toBeLessThanOrEqual(16.001)
    const [limit] = plan.binding
    expect(limit).toMatchObject({ limit: 'carbon-budget', windows: [0, 1] })
    // Two dollars more for 324 g less.
    const usd =
      /^the budget of 19\.0 kgCO2e a day is used up: one kg more would save about (\S+) USD$/
    expect(Number(usd.exec(limit!.words)![1])).toBeGreaterThan(5)
    expect(Number(usd.exec(limit!.words)![1])).toBeLessThan(7)
  })

  it('names the least budget that helps', () => {
    expect(planHorizon(choice({ carbonBudgetGPerDay: 3000 }), solver)).toEqual({
      status: 'infeasible',
      limit: 'carbon-budget',
      words: 'the plan of least carbon found still takes 3.456 kgCO2e a day',
      relaxation: 'carbon budget 3 kgCO2e a day -> 3.456 kgCO2e a day',
    })
  })

  it('still says which other limit forbids every plan', () => {
    const none = choice({ carbonBudgetGPerDay: 1 }, { regions: [] })
    expect(planHorizon(none, solver)).toMatchObject({ status: 'infeasible', limit: 'gpus' })
    const base = choice({ carbonBudgetGPerDay: 1 })
    const heavy = base.models.map((m) => ({ ...m, minReplicas: 99 }))
    const outcome = planHorizon({ ...base, models: heavy }, solver)
    expect(outcome).toMatchObject({ status: 'infeasible', limit: 'min-replicas' })
  })

  it('holds for other objectives, and for deferrable work', () => {
    const batch = [
      {
        id: 'job',
        model: 'chat',
        tokens: 360_000,
        firstWindow: 0,
        deadlineWindow: 2,
        regions: ['dirty', 'clean'],
      },
    ]
    const budget = { carbonBudgetGPerDay: 700 * PER_DAY }
    const frugal = planned(choice({ ...budget, objective: 'energy' }, { batch }))
    expect(frugal.binding[0]!.words).toBe('the budget of 8.40 kgCO2e a day is used up')
    const money = { objective: 'carbon', carbonGPerUsd: 1000 } as const
    expect(planned(choice({ ...budget, ...money }, { batch })).predicted.costUsd).toBeGreaterThan(
      16,
    )
  })

  it('proves nothing by price where a grid is below zero', () => {
    const base = choice({ carbonBudgetGPerDay: 300 * PER_DAY })
    const regions = base.regions.map((r) => ({
      ...r,
      carbonGPerKwh: [-1, ...r.carbonGPerKwh.slice(1)],
    }))
    const plan = planned({ ...base, regions })
    expect(plan.objective.bound).toBeLessThanOrEqual(plan.objective.value)
  })
})
