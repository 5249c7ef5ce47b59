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

  test('starts nothing in a full pool before what runs there has made room', () => {
    const open = (of: typeof problem) => {
      const planner = openWindowPlanner(of, solver)
      const poolOf = planner.bins.map((bins, m) =>
        bins.map(({ region, pointId }) => {
          const point = of.models[m]!.points.find(({ id }) => id === pointId)!
          return { key: `${region} ${point.variant.gpu}`, gpus: point.gpusPerReplica }
        }),
      )
      return { ...planner, poolOf }
    }
    const held = (
      poolOf: ReturnType<typeof open>['poolOf'],
      of: (m: number, b: number) => number,
    ) => {
      const gpus: Record<string, number> = {}
      for (const [m, bins] of poolOf.entries()) {
        for (const [b, { key, gpus: each }] of bins.entries()) {
          gpus[key] = (gpus[key] ?? 0) + each * of(m, b)
        }
      }
      return gpus
    }
    const roomy = open(problem)
    const none = roomy.bins.map((bins) => new Int32Array(bins.length))
    const ask = { weightPerKwh, tokensPerSecond, running: none, seed: 1 }
    const first = roomy.plan(ask)
    const used = held(roomy.poolOf, (m, b) => first.replicas[m]![b]!)
    roomy.close()
    const full = open({
      ...problem,
      regions: problem.regions.map((region, r) => ({
        ...region,
        pools: region.pools.map((pool) => ({ ...pool, count: used[`${r} ${pool.gpu}`] ?? 0 })),
      })),
    })
    const running = full.bins.map((bins, m) =>
      Int32Array.from(bins, ({ region, pointId }) => {
        const b = roomy.bins[m]!.findIndex(
          (bin) => bin.region === region && bin.pointId === pointId,
        )
        return first.replicas[m]![b]!
      }),
    )
    const turned = tokensPerSecond.map((rates, m) =>
      rates.map((rate) => rate * (m === 0 ? 3 : 0.2)),
    )
    const { replicas } = full.plan({ ...ask, tokensPerSecond: turned, running })
    const both = held(full.poolOf, (m, b) => Math.max(running[m]![b]!, replicas[m]![b]!))
    for (const [key, gpus] of Object.entries(both))
      expect(gpus, key).toBeLessThanOrEqual(used[key]!)
    expect(replicas).not.toEqual(running)
    full.close()
  })

  test('head-room beyond what is expected is kept ready, and priced without load', () => {
    const planner = openWindowPlanner(problem, solver)
    const none = planner.bins.map((bins) => new Int32Array(bins.length))
    const ask = { weightPerKwh, tokensPerSecond, running: none, seed: 1 }
    const needed = tokensPerSecond.map((rates) => rates.reduce((a, b) => a + b, 0))
    const all = planner.plan(ask)
    const same = planner.plan({ ...ask, expectedTokensPerSecond: needed })
    expect(same.replicas).toEqual(all.replicas)
    const half = needed.map((rate) => rate / 2)
    const ready = planner.plan({ ...ask, expectedTokensPerSecond: half })
    const idle = planner.relax({ ...ask, expectedTokensPerSecond: half.map(() => 0) })
    expect(ready.relaxed).toBeLessThan(all.relaxed)
    expect(idle.relaxed).toBeLessThan(ready.relaxed)
    expect(idle.relaxed).toBeGreaterThan(0)
    for (const [m, rate] of needed.entries()) {
      const capacity = planner.bins[m]!.reduce((sum, { pointId }, b) => {
        const point = problem.models[m]!.points.find(({ id }) => id === pointId)!
        return sum + ready.replicas[m]![b]! * point.capacityTokensPerSecond
      }, 0)
      expect(capacity).toBeGreaterThanOrEqual(rate)
    }
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
