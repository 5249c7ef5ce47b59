import { describe, expect, it } from 'vitest'
import { coordinate } from '../../services/planning/coordinate.ts'
import type { Deadline } from '../../services/planning/deadline.ts'
import { emptyDraft } from '../../services/planning/draft.ts'
import {
  type LinearSolver,
  loadHighs,
  type PlanningProblem,
  planHorizon,
  solveBlock,
  verifyPlan,
} from '../../services/planning/index.ts'
import { compileInstance } from '../../services/planning/instance.ts'
import { repairDraft } from '../../services/planning/repair-draft.ts'
import { fractionalBound } from '../../services/planning/replica-bound.ts'
import { generateProblem } from '../bench/planner/instances.ts'
import { model, point, problem, region } from './problems.ts'

/** A clock that has struck after so many looks at it. */
function lateAfter(looks: number): Deadline {
  let seen = 0
  return { secondsLeft: () => (seen++ < looks ? 100 : 0) }
}

function planned(of: PlanningProblem, solver: LinearSolver, deadline?: Deadline) {
  const outcome = planHorizon(of, solver, deadline)
  if (outcome.status !== 'planned') throw new Error(outcome.words)
  expect(verifyPlan(of, outcome.plan).violations).toEqual([])
  expect(outcome.plan.objective.bound).toBeLessThanOrEqual(outcome.plan.objective.value)
  return outcome.plan
}

describe('a plan that is due', () => {
  const fleet = generateProblem({ regions: 2, windows: 14, models: 3, variants: 8, seed: 4 })

  it('keeps every promise and proves a bound whenever the clock strikes', async () => {
    const solver = await loadHighs()
    const full = planned(fleet, solver)
    expect(full.isCutShort).toBeUndefined()
    const gaps: number[] = []
    for (const looks of [0, 1, 8, 30]) {
      const plan = planned(fleet, solver, lateAfter(looks))
      expect(plan.isCutShort).toBe(true)
      // Whatever the prices, what they prove is below every plan.
      expect(plan.objective.bound).toBeLessThanOrEqual(full.objective.value)
      gaps.push(plan.bound.gapRatio)
    }
    expect(gaps.at(-1)).toBeLessThan(gaps[0]!)
  })

  it('is the same plan as without a deadline where that is never reached', async () => {
    const solver = await loadHighs()
    expect(planned(fleet, solver, lateAfter(1e9))).toEqual(planned(fleet, solver))
  })

  it('prices windows by themselves where the time ends inside the LP of all of them', async () => {
    const highs = await loadHighs()
    let opened = 0
    const slow: LinearSolver = {
      ...highs,
      open: (linear) => {
        opened++
        return highs.open(linear)
      },
      solve: (linear, limits) => ({
        ...highs.solve(linear, limits),
        ...(limits?.timeLimitSeconds !== undefined && { status: 'unknown' }),
      }),
    }
    expect(coordinate(fleet, slow, { deadline: lateAfter(1e9) })).toHaveLength(2)
    expect(opened).toBe(1)
  })

  it('gives the rounded fractions of a block that nobody had time for', async () => {
    const solver = await loadHighs()
    const [block] = coordinate(fleet, solver)
    const { replicas, shares, isCutShort } = solveBlock(block!, solver, lateAfter(0))
    expect(isCutShort).toBe(true)
    expect(replicas.flatMap(({ values }) => values).every(Number.isInteger)).toBe(true)
    const inTime = solveBlock(block!, solver).shares!
    for (const [t, share] of shares!.entries()) expect(share).toBeLessThanOrEqual(inTime[t]! + 1e-6)
  })

  it('stops looking for a proof of a small problem', async () => {
    const solver = await loadHighs()
    const small = generateProblem({ regions: 1, windows: 3, models: 1, variants: 5, seed: 3 })
    const hasty: LinearSolver = {
      ...solver,
      solve: (linear) => ({ ...solver.solve(linear), status: 'feasible' }),
    }
    expect(planned(small, hasty, lateAfter(0)).isCutShort).toBe(true)
    expect(planned(small, hasty).isCutShort).toBeUndefined()
  })

  it('ends the bisection of a carbon budget with the best plan so far', async () => {
    const solver = await loadHighs()
    const small = generateProblem({ regions: 2, windows: 6, models: 1, variants: 5, seed: 2 })
    const cost = { ...small.policy, objective: 'cost' as const }
    const free = planned({ ...small, policy: cost }, solver)
    const cleanest = planned(small, solver)
    const grams = (free.predicted.carbonG + cleanest.predicted.carbonG) / 2
    const hours = small.windows.reduce((sum, w) => sum + (w.endMs - w.startMs) / 3_600_000, 0)
    const tight = { ...small, policy: { ...cost, carbonBudgetGPerDay: (grams * 24) / hours } }
    expect(planned(tight, solver, lateAfter(0)).isCutShort).toBe(true)
    expect(planned(tight, solver).isCutShort).toBeUndefined()
  })

  it('goes on as long as a promise is open', () => {
    const poor = fleet.regions.map((region) => ({
      ...region,
      pools: region.pools.map((pool) => ({ ...pool, count: Math.min(pool.count, 8) })),
    }))
    const draft = emptyDraft(compileInstance({ ...fleet, regions: poor }))
    const prices = new Float64Array(draft.held.length)
    const all = fleet.windows.map((_, t) => t)
    expect(repairDraft(draft, prices, lateAfter(0), all)).toBe(false)
    const rich = emptyDraft(compileInstance(fleet))
    expect(repairDraft(rich, prices, lateAfter(0), all)).toBe(true)
  })

  it('proves nothing of a cover that nothing can carry', () => {
    const none = new Float64Array(0)
    const bins = new Int32Array(0)
    const lanes = { loads: Float64Array.of(5), reaches: Uint8Array.of(1), minReplicas: 0 }
    const cover = { regionCount: 1, bins, region: bins, capacity: none, fixed: none }
    expect(fractionalBound({ ...cover, perToken: none, ...lanes })).toBe(0)
  })
})

describe('replicas taken over from the window before', () => {
  it('serve where they may, and others start where they may not', async () => {
    const solver = await loadHighs()
    const carbon = Array.from({ length: 30 }, () => 100)
    const rates = (of: (t: number) => number) => carbon.map((_, t) => of(t))
    const pools = [{ gpu: 'H100', count: 6, parkedWatts: 60, priceUsdPerHour: 2 }]
    const points = Array.from({ length: 4 }, (_, i) =>
      point(`p${i}`, { capacityTokensPerSecond: 100 + 10 * i, busyWatts: 500 + 20 * i }),
    )
    const demand = [
      { origin: 'a', regions: ['a'], tokensPerSecond: rates((t) => 150 + 10 * (t % 7)) },
      { origin: 'b', regions: ['b'], tokensPerSecond: rates((t) => 320 - 30 * (t % 5)) },
    ]
    const fleet = problem({
      count: 30,
      regions: [region('a', carbon, { pools }), region('b', carbon, { pools })],
      models: [model('m', { points, demand })],
    })
    const late = planned(fleet, solver, lateAfter(0))
    const full = planned(fleet, solver)
    expect(full.objective.value).toBeLessThanOrEqual(late.objective.value)
  })
})
