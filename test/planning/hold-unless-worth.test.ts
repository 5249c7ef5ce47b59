import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { windowsFrom } from '../../services/domain/window.ts'
import {
  explainPlan,
  holdUnlessWorth,
  type LinearSolver,
  loadHighs,
  type Plan,
  type PlanningProblem,
  planHorizon,
  pricePlan,
  random,
  verifyPlan,
  worthChanging,
} from '../../services/planning/index.ts'
import { arbitraryProblem, model, point, problem, region } from './problems.ts'

const HOUR_MS = 3_600_000
let solver: LinearSolver
beforeAll(async () => {
  solver = await loadHighs()
})

function planned(of: PlanningProblem): Plan {
  const outcome = planHorizon(of, solver)
  if (outcome.status !== 'planned') throw new Error(`${outcome.limit}: ${outcome.words}`)
  return outcome.plan
}

/** The grid as another forecast has it, each band `spread` wide to either side. */
const regrid = (
  of: PlanningProblem,
  carbon: (r: number, t: number) => number,
  spread: number,
): PlanningProblem => ({
  ...of,
  regions: of.regions.map((one, r) => {
    const level = of.windows.map((_, t) => carbon(r, t))
    return {
      ...one,
      carbonGPerKwh: level,
      carbonLowGPerKwh: level.map((g) => g * (1 - spread)),
      carbonHighGPerKwh: level.map((g) => g * (1 + spread)),
    }
  }),
})

/** Two regions that may both serve; nothing is running yet. */
const rates = [150, 150, 150, 150]
const pair = (of: Partial<PlanningProblem> = {}, startSeconds = 0) =>
  problem({
    count: rates.length,
    regions: [region('a', rates), region('b', rates)],
    models: [
      model('chat', {
        points: [point('p', { startSeconds })],
        demand: [{ origin: 'x', tokensPerSecond: rates, regions: ['a', 'b'] }],
      }),
    ],
    ...of,
  })
const runningOf = (plan: Plan, window = 0) =>
  plan.assignments.filter((one) => one.window === window && one.replicas > 0)

/** Everything runs in `a`; then the forecast says `b` is cleaner by a ratio. */
function moved(ratio: number, spread: number, of: Partial<PlanningProblem> = {}, startSeconds = 0) {
  const inForce = planned(regrid(pair(of, startSeconds), (r) => (r === 0 ? 300 : 400), spread))
  const now = {
    ...regrid(pair(of, startSeconds), (r) => (r === 0 ? 300 : 300 * ratio), spread),
    running: runningOf(inForce),
  }
  const candidate = planned(now)
  return { inForce, now, candidate, plan: holdUnlessWorth(now, inForce, candidate) }
}
const regionsOf = (plan: Plan) => [...new Set(runningOf(plan).map((one) => one.region))]

describe('a gain that is sure', () => {
  it('moves for a fifth of the carbon where the forecast is certain, and not where it is rough', () => {
    const sure = moved(0.8, 0)
    expect(regionsOf(sure.candidate)).toEqual(['b'])
    expect(sure.plan.change).toMatchObject({ isKept: false })
    expect(sure.plan.change!.words).toContain('Worth changing: it saves at least')
    expect(regionsOf(sure.plan)).toEqual(['b'])

    const rough = moved(0.8, 0.3)
    expect(regionsOf(rough.candidate)).toEqual(['b'])
    expect(regionsOf(rough.plan)).toEqual(['a'])
    const { gain, isKept, words } = rough.plan.change!
    expect(isKept).toBe(true)
    expect(gain!.expected).toBeGreaterThan(gain!.switchingCost)
    expect(gain!.atLeast).toBeLessThanOrEqual(gain!.switchingCost)
    expect(words).toContain('Not worth changing')
    expect(verifyPlan(rough.now, rough.plan).violations).toEqual([])
    expect(explainPlan(rough.now, rough.plan).words).toContain('Not worth changing')
    expect(rough.plan.objective.bound).toBeLessThanOrEqual(rough.candidate.objective.value)
  })

  it('asks for the price of a change, its starts, and the overlap of both sides', () => {
    const free = moved(0.95, 0)
    expect(free.plan.change!.isKept).toBe(false)
    const priced = moved(0.95, 0, {
      policy: { objective: 'carbon', carbonGPerUsd: 0, changeGPerGpu: 1e4 },
    })
    expect(priced.plan.change).toMatchObject({ isKept: true })
    // Two start and two stop.
    const added = priced.plan.change!.gain!.switchingCost - free.plan.change!.gain!.switchingCost
    expect(added).toBeCloseTo(4 * 1e4)
    const slow = moved(0.95, 0, {}, 1800)
    // Two replicas of 120 W stay for half an hour at 300 g/kWh and PUE 1.2.
    const overlap = slow.plan.change!.gain!.switchingCost - free.plan.change!.gain!.switchingCost
    expect(overlap).toBeCloseTo(2 * 0.12 * 0.5 * 300 * 1.2)
    const starts = 2 * (50_000 / 3.6e6) * 300 * 0.95 * 1.2
    expect(free.plan.change!.gain!.switchingCost).toBeCloseTo(starts)
  })

  it('counts on the lower quantile of the traffic as well', () => {
    const low = moved(0.8, 0.02, {
      models: [
        model('chat', {
          points: [point('p', { startSeconds: 0 })],
          demand: [
            {
              origin: 'x',
              tokensPerSecond: rates,
              lowTokensPerSecond: rates.map(() => 0),
              regions: ['a', 'b'],
            },
          ],
        }),
      ],
    })
    const same = moved(0.8, 0.02)
    const [less, all] = [low.plan.change!.gain!, same.plan.change!.gain!]
    expect(less.expected).toBeCloseTo(all.expected)
    // The idle draw is all that is sure: 240 W of 640 W + host.
    expect(less.atLeast / all.atLeast).toBeCloseTo(240 / (240 + 600), 1)
  })

  it.each([0, 0.5])(
    'is the 10 %% quantile of what may come, at risk aversion %f',
    (riskAversion) => {
      const { inForce, now, candidate } = moved(0.8, 0.2, {
        policy: { objective: 'carbon', carbonGPerUsd: 0, riskAversion },
      })
      // Errors of two zones, fading over 12 h, drawn many times around what the plan counts on.
      const next = random(3)
      const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
      const fade = Math.exp(-1 / 12)
      const halfWidth = 0.2 * (1 + riskAversion)
      const gains = Array.from({ length: 4000 }, () => {
        const errors = now.regions.map(() => {
          let error = normal()
          return now.windows.map((_, t) => {
            if (t > 0) error = fade * error + Math.sqrt(1 - fade * fade) * normal()
            return (halfWidth * error) / 1.2816
          })
        })
        const drawn = regrid(
          now,
          (r, t) => now.regions[r]!.carbonGPerKwh[t]! * (1 + 0.2 * riskAversion + errors[r]![t]!),
          0,
        )
        const cost = ({ assignments }: Plan) =>
          pricePlan(
            drawn,
            assignments.map((one) => ({ ...one, starts: 0 })),
          ).objectiveValue
        return cost(inForce) - cost(candidate)
      }).sort((a, b) => a - b)
      const { atLeast, expected } = worthChanging(now, inForce.assignments, candidate.assignments)
      const quantile = gains[gains.length / 10]!
      expect(atLeast - quantile).toBeLessThan(0.05 * (expected - atLeast))
      expect(quantile - atLeast).toBeLessThan(0.05 * (expected - atLeast))
    },
  )
})

describe('a schedule in force', () => {
  it('goes on as far as it reaches, then as the new one does', () => {
    const { inForce, now } = moved(0.8, 0.3)
    const later: PlanningProblem = { ...now, windows: windowsFrom(HOUR_MS, HOUR_MS, 4) }
    const candidate = planned(later)
    const plan = holdUnlessWorth(later, inForce, candidate)
    expect(plan.change!.isKept).toBe(true)
    expect(plan.windows).toEqual(later.windows)
    expect([0, 1, 2].map((t) => runningOf(plan, t).map((one) => one.region))).toEqual([
      ['a'],
      ['a'],
      ['a'],
    ])
    expect(runningOf(plan, 3).map((one) => one.region)).toEqual(
      runningOf(candidate, 3).map((one) => one.region),
    )
  })

  it('gets the replicas that its traffic needs by now', () => {
    const { inForce, now } = moved(0.8, 0.3)
    const busy: PlanningProblem = {
      ...now,
      models: now.models.map((one) => ({
        ...one,
        demand: one.demand.map((d) => ({ ...d, tokensPerSecond: [150, 250, 250, 250] })),
      })),
    }
    const plan = holdUnlessWorth(busy, inForce, planned(busy))
    expect(plan.change!.isKept).toBe(true)
    const count = (t: number) => runningOf(plan, t).reduce((sum, { replicas }) => sum + replicas, 0)
    expect([count(0), count(1)]).toEqual([2, 3])
    expect(verifyPlan(busy, plan).violations).toEqual([])
  })

  it('is given up where it breaks a promise, or a variant or model of it is no more', () => {
    const { inForce, now } = moved(1.2, 0.3)
    const forced = (of: PlanningProblem) => {
      const candidate = planned(of)
      const plan = holdUnlessWorth(of, inForce, candidate)
      expect(plan.assignments).toEqual(candidate.assignments)
      expect(plan.change).toEqual({
        isKept: false,
        words: 'Had to change: the plan in force does not keep every promise any more.',
      })
    }
    const lost = now.regions.map((one) => ({ ...one, pools: [{ ...one.pools[0]!, count: 2 }] }))
    forced({
      ...now,
      regions: [{ ...lost[0]!, pools: [{ ...lost[0]!.pools[0]!, count: 1 }] }, lost[1]!],
    })
    const rename = (id: string) => now.models.map((one) => ({ ...one, points: [point(id)] }))
    forced({ ...now, models: rename('q') })
    forced({ ...now, models: now.models.map((one) => ({ ...one, id: 'other' })) })
  })

  it('says nothing where it has no window in common', () => {
    const { inForce, now } = moved(0.8, 0.3)
    const later: PlanningProblem = { ...now, windows: windowsFrom(24 * HOUR_MS, HOUR_MS, 4) }
    const candidate = planned(later)
    expect(holdUnlessWorth(later, inForce, candidate)).toBe(candidate)
  })

  it('keeps what runs through a quiet beginning, and does the batch work', () => {
    const batch = [
      { id: 'j', model: 'chat', tokens: 9e5, firstWindow: 0, deadlineWindow: 4, regions: ['a'] },
    ]
    const policy = { objective: 'carbon', carbonGPerUsd: 0, quietWindows: [0] } as const
    const { now, plan } = moved(0.8, 0.3, { batch, policy })
    expect(plan.change!.isKept).toBe(true)
    expect(verifyPlan(now, plan).violations).toEqual([])
  })

  it('stops what no plan can keep: that is in no balance', () => {
    const { now, inForce } = moved(0.8, 0)
    const gone = { region: 'a', model: 'chat', pointId: 'gone', replicas: 1 }
    const of = { ...now, running: [...now.running, gone] }
    const plan = holdUnlessWorth(of, inForce, planned(of))
    const { gain } = holdUnlessWorth(now, inForce, planned(now)).change!
    expect(plan.change!.gain!.switchingCost).toBeCloseTo(gain!.switchingCost)
  })

  it('is changed only for a lower bound above the cost, and for any gain that is certain', () => {
    const shape = { regions: 2, windows: 4, models: 1, points: 2 }
    const levels = fc.array(fc.integer({ min: 10, max: 600 }), { minLength: 8, maxLength: 8 })
    const spread = fc.constantFrom(0, 0.05, 0.3)
    fc.assert(
      fc.property(arbitraryProblem(shape), levels, spread, (of, carbon, width) => {
        const quick = {
          ...of,
          models: of.models.map((one) => ({
            ...one,
            points: one.points.map((p) => ({ ...p, startSeconds: 0 })),
          })),
        }
        const before = planHorizon(quick, solver)
        if (before.status !== 'planned') return
        const now = {
          ...regrid(quick, (r, t) => carbon[4 * r + t]!, width),
          running: runningOf(before.plan),
        }
        const after = planHorizon(now, solver)
        if (after.status !== 'planned') return
        const plan = holdUnlessWorth(now, before.plan, after.plan)
        expect(verifyPlan(now, plan).violations).toEqual([])
        const { gain, isKept } = plan.change!
        if (!gain) return
        expect(gain.atLeast).toBeLessThanOrEqual(gain.expected + 1e-9)
        expect(isKept).toBe(gain.atLeast <= gain.switchingCost)
        if (width > 0) return
        // Both objectives hold the starts: what is chosen is the lesser one.
        const tolerance = 1e-9 + 1e-9 * Math.abs(after.plan.objective.value)
        expect(plan.objective.value).toBeLessThanOrEqual(after.plan.objective.value + tolerance)
        const kept = after.plan.objective.value + gain.expected - gain.switchingCost
        expect(plan.objective.value).toBeCloseTo(Math.min(kept, after.plan.objective.value), 4)
      }),
      { numRuns: 60 },
    )
  })
})
