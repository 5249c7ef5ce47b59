import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type LinearSolver,
  loadHighs,
  type Plan,
  type PlanningProblem,
  planHorizon,
  pricePlan,
  verifyPlan,
  worthChanging,
} from '../../services/planning/index.ts'
import { arbitraryProblem, model, point, problem, region } from './problems.ts'

let solver: LinearSolver
beforeAll(async () => {
  solver = await loadHighs()
})

/** So much of the traffic of each model, origin and window is expected to come. */
const withComing = (
  of: PlanningProblem,
  share: (m: number, o: number, t: number) => number,
): PlanningProblem => ({
  ...of,
  models: of.models.map((one, m) => ({
    ...one,
    demand: one.demand.map((demand, o) => ({
      ...demand,
      expectedTokensPerSecond: demand.tokensPerSecond.map((rate, t) => rate * share(m, o, t)),
    })),
  })),
})
/** The same as `withComing` says, written as hardware that draws so much less for a token. */
const drawingLess = (of: PlanningProblem, share: number): PlanningProblem => ({
  ...of,
  models: of.models.map((one) => ({
    ...one,
    points: one.points.map((p) => ({
      ...p,
      busyWatts: p.idleWatts + share * (p.busyWatts - p.idleWatts),
    })),
  })),
})
function planned(of: PlanningProblem): Plan {
  const outcome = planHorizon(of, solver)
  if (outcome.status !== 'planned') throw new Error(`${outcome.limit}: ${outcome.words}`)
  return outcome.plan
}
const capacityAt = (of: PlanningProblem, plan: Plan, t: number) =>
  plan.assignments
    .filter(({ window }) => window === t)
    .reduce((sum, { model: id, pointId, replicas }) => {
      const points = of.models.find((one) => one.id === id)!.points
      return sum + replicas * points.find((p) => p.id === pointId)!.capacityTokensPerSecond
    }, 0)

describe('head-room that loads nothing', () => {
  it('is what the same fleet plans where a token draws so much less', () => {
    fc.assert(
      fc.property(
        arbitraryProblem({ regions: 2, windows: 2, models: 2, points: 2 }),
        fc.integer({ min: 1, max: 10 }),
        (of, tenths) => {
          const ready = { ...of, batch: [] }
          const idle = planHorizon(
            withComing(ready, () => tenths / 10),
            solver,
          )
          const other = planHorizon(drawingLess(ready, tenths / 10), solver)
          expect(idle.status).toBe(other.status)
          if (idle.status !== 'planned' || other.status !== 'planned') return
          const [a, b] = [idle.plan.objective, other.plan.objective]
          expect(a.value).toBeCloseTo(b.value, 6)
          expect(a.bound).toBeCloseTo(b.bound, 6)
        },
      ),
      { numRuns: 20 },
    )
  })

  it('takes nothing from what is ready, and the check finds the same totals', () => {
    fc.assert(
      fc.property(
        arbitraryProblem({ regions: 2, windows: 3, models: 2, points: 2 }),
        fc.array(fc.double({ min: 0, max: 1.2, noNaN: true }), { minLength: 12, maxLength: 12 }),
        (of, shares) => {
          const idle = withComing(of, (m, o, t) => shares[6 * m + 3 * o + t]!)
          const outcome = planHorizon(idle, solver)
          expect(outcome.status).toBe(planHorizon(of, solver).status)
          if (outcome.status !== 'planned') return
          expect(verifyPlan(idle, outcome.plan).violations).toEqual([])
          for (const t of of.windows.keys()) {
            const needed = of.models
              .flatMap(({ demand }) => demand)
              .reduce((sum, { tokensPerSecond }) => sum + tokensPerSecond[t]!, 0)
            expect(capacityAt(of, outcome.plan, t)).toBeGreaterThanOrEqual(needed * (1 - 1e-6))
          }
        },
      ),
      { numRuns: 20 },
    )
  })

  const rates = [100, 100]
  const two = problem({
    count: 2,
    regions: [region('a', [300, 300])],
    models: [
      model('chat', {
        points: [
          point('frugal-idle', { idleWatts: 60, busyWatts: 700 }),
          point('frugal-busy', { idleWatts: 200, busyWatts: 500 }),
        ],
        demand: [{ origin: 'x', tokensPerSecond: rates, regions: ['a'] }],
      }),
    ],
  })

  it('is ready on the layout that draws least so loaded, window by window', () => {
    const full = planned(two).assignments
    expect(full.map(({ pointId }) => pointId)).toEqual(['frugal-busy', 'frugal-busy'])
    const idle = withComing(
      { ...two, policy: { ...two.policy, minDwellWindows: 1 } },
      (_, __, t) => (t === 0 ? 0.2 : 1),
    )
    const { assignments, predicted } = planned(idle)
    expect(assignments.map(({ pointId }) => pointId)).toEqual(['frugal-idle', 'frugal-busy'])
    expect(assignments.map(({ tokensPerSecond }) => tokensPerSecond)).toEqual(rates)
    const starts = (2 * 50_000) / 3.6e6
    const kilowatts = 0.06 + 0.02 + 0.2 * 0.64 + (0.2 + 0.02 + 0.3)
    expect(predicted.energyKwh).toBeCloseTo(1.2 * (kilowatts + starts), 9)
  })

  it('is no head-room beside deferrable work, which fills it', () => {
    const work = { id: 'job', model: 'chat', tokens: 3600, firstWindow: 0, deadlineWindow: 2 }
    const busy = { ...two, batch: [{ ...work, regions: ['a'] }] }
    const idle = withComing(busy, () => 0.2)
    const plan = planned(busy)
    expect(pricePlan(idle, plan.assignments)).toEqual(pricePlan(busy, plan.assignments))
    expect(planned(idle).objective).toEqual(plan.objective)
  })

  it('is weighed both ways before a schedule changes: as if all came, and as if little did', () => {
    const one = (pointId: string) => [
      {
        window: 0,
        region: 'a',
        model: 'chat',
        pointId,
        replicas: 1,
        starts: 0,
        tokensPerSecond: 100,
        batchTokensPerSecond: 0,
      },
    ]
    const idle = withComing(two, () => 0.2)
    const gain = worthChanging(idle, one('frugal-busy'), one('frugal-idle'))
    expect(gain.expected).toBeGreaterThan(0)
    expect(gain.atLeast).toBeLessThan(0)
    const back = worthChanging(idle, one('frugal-idle'), one('frugal-busy'))
    expect(back.expected).toBeCloseTo(-gain.expected, 9)
    expect(back.atLeast).toBeLessThan(back.expected + 1e-9)
  })
})
