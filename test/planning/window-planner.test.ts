import { beforeAll, describe, expect, test } from 'vitest'
import {
  type LinearSolver,
  loadHighs,
  openWindowPlanner,
  planHorizon,
  pricePlan,
} from '../../services/planning/index.ts'
import { generateProblem } from '../bench/planner/instances.ts'

let solver: LinearSolver
beforeAll(async () => {
  solver = await loadHighs()
})

const problem = {
  ...generateProblem({ regions: 3, windows: 1, models: 3, variants: 6, seed: 4 }),
  batch: [],
}
const weightPerKwh = problem.regions.map(({ pue, carbonGPerKwh }) => pue * carbonGPerKwh[0]!)
const tokensPerSecond = problem.models.map(({ demand }) =>
  demand.map(({ tokensPerSecond: [rate] }) => rate!),
)

describe('one window, over and over', () => {
  test('is close to the whole planner, and never below the relaxation', () => {
    const planner = openWindowPlanner(problem, solver)
    const none = planner.bins.map((bins) => new Int32Array(bins.length))
    const answer = planner.plan({ weightPerKwh, tokensPerSecond, running: none, seed: 1 })
    const outcome = planHorizon(problem, solver)
    if (outcome.status !== 'planned') throw new Error(outcome.words)
    const parked = pricePlan(problem, []).objectiveValue
    expect(answer.missingTokensPerSecond).toBeCloseTo(0, 6)
    expect(answer.relaxed).toBeLessThanOrEqual(outcome.plan.objective.value - parked + 1e-6)
    for (const [m, model] of problem.models.entries()) {
      const capacity = planner.bins[m]!.reduce((sum, { pointId }, b) => {
        const point = model.points.find(({ id }) => id === pointId)!
        return sum + answer.replicas[m]![b]! * point.capacityTokensPerSecond
      }, 0)
      const needed = tokensPerSecond[m]!.reduce((a, b) => a + b, 0)
      expect(capacity).toBeGreaterThanOrEqual(needed)
    }
    planner.close()
  })

  test('keeps what runs where a start costs more than it saves', () => {
    const planner = openWindowPlanner(problem, solver)
    const none = planner.bins.map((bins) => new Int32Array(bins.length))
    const ask = { weightPerKwh, tokensPerSecond, running: none, seed: 1 }
    const first = planner.plan(ask)
    const again = planner.plan({ ...ask, running: first.replicas })
    expect(again.replicas).toEqual(first.replicas)
    expect(planner.relax(ask).relaxed).toBeCloseTo(first.relaxed, 6)
    planner.close()
  })

  test('says how much traffic finds no room', () => {
    const planner = openWindowPlanner(problem, solver)
    const none = planner.bins.map((bins) => new Int32Array(bins.length))
    const flood = tokensPerSecond.map((rates) => rates.map((rate) => rate * 1e4))
    const answer = planner.relax({ weightPerKwh, tokensPerSecond: flood, running: none, seed: 1 })
    expect(answer.missingTokensPerSecond).toBeGreaterThan(1000)
    planner.close()
  })
})
