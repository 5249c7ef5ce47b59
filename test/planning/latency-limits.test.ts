import { beforeAll, describe, expect, it } from 'vitest'
import {
  type LinearSolver,
  loadHighs,
  type PlanningModel,
  type PlanningProblem,
  planHorizon,
} from '../../services/planning/index.ts'
import { compileInstance } from '../../services/planning/instance.ts'
import { latencyLimits } from '../../services/planning/latency-limits.ts'
import { model, point, problem, region } from './problems.ts'

const pools = [{ gpu: 'H100', count: 8, parkedWatts: 0, priceUsdPerHour: 1 }]
// Four full replicas of 0.5 kW, host and PUE included: 0.624 kWh an hour each.
const KWH = 4 * 0.624

function near(of: Partial<PlanningModel> = {}, policy = {}): PlanningProblem {
  const demand = [
    {
      origin: 'x',
      tokensPerSecond: [400, 400],
      regions: ['dirty'],
      farther: [
        { region: 'clean', ttftP95Ms: 800 },
        { region: 'cleaner', ttftP95Ms: 5_500 },
      ],
    },
  ]
  return problem({
    count: 2,
    regions: [
      region('dirty', [500, 500], { pools }),
      region('clean', [50, 600], { pools }),
      region('cleaner', [0, 0], { pools }),
    ],
    models: [
      model('chat', {
        points: [point('p', { startJoules: 0 })],
        objective: { ttftP95Ms: 500, tpotP95Ms: 50 },
        demand,
        ...of,
      }),
    ],
    policy: { objective: 'carbon', carbonGPerUsd: 0, freeFirstStarts: true, ...policy },
  })
}

const limitsOf = (of: PlanningProblem) =>
  latencyLimits(compileInstance(of), new Float64Array(of.windows.length * of.regions.length))

describe('what a millisecond of the first token is worth', () => {
  let solver: LinearSolver
  beforeAll(async () => {
    solver = await loadHighs()
  })

  it('is what the region saves that it would open, by the ms it takes', () => {
    const [limit, ...others] = limitsOf(near())
    expect(others).toEqual([])
    expect(limit).toMatchObject({ limit: 'latency', model: 'chat', windows: [0] })
    expect(limit!.shadowPriceG).toBeCloseTo((KWH * (500 - 50)) / 300, 6)
    expect(limit!.words).toBe(
      'chat promises a first token within 500 ms: with 800 ms it would save up to 1.12e+3 gCO2e an hour in window 0, 3.7 for each ms',
    )
  })

  it('is less where the GPUs there are scarce', () => {
    const gpuPrices = new Float64Array([0, 100, 0, 0, 0, 0])
    const [limit] = latencyLimits(compileInstance(near()), gpuPrices)
    expect(limit!.shadowPriceG).toBeCloseTo((KWH * (500 - 50) - 4 * 100) / 300, 6)
  })

  it('is what a variant saves that is only too slow to begin', () => {
    const lean = point('lean', { ttftP95Ms: 510, busyWatts: 230, startJoules: 0 })
    const jerky = point('jerky', { ttftP95Ms: 505, tpotP95Ms: 60, busyWatts: 110 })
    const demand = [{ origin: 'x', tokensPerSecond: [400, 400], regions: ['dirty'] }]
    const [limit] = limitsOf(near({ tooSlow: [lean, jerky], demand }))
    expect(limit!.windows).toEqual([0, 1])
    expect(limit!.shadowPriceG).toBeCloseTo((4 * (0.624 - 0.3) * 500) / 10, 6)
  })

  it('is nothing where nothing is kept away, or nothing would be saved', () => {
    const [only] = near().models
    const demand = [{ origin: 'x', tokensPerSecond: [400, 400], regions: ['dirty', 'cleaner'] }]
    expect(limitsOf(near({ demand }))).toEqual([])
    const cleanest = only!.demand.map((of) => ({ ...of, regions: ['dirty', 'cleaner'] }))
    expect(limitsOf(near({ demand: cleanest }))).toEqual([])
    const { objective: _, ...without } = only!
    expect(limitsOf({ ...near(), models: [without] })).toEqual([])
    const pinned = [{ model: 'chat', pointId: 'p' }]
    expect(limitsOf(near({}, { pinned }))).toEqual([])
  })

  it('stands in the plan beside what a GPU is worth, though it was planned in one piece', () => {
    const both = near()
    const demand = both.models[0]!.demand.map((of) => ({ ...of, regions: ['dirty', 'clean'] }))
    const scarce = {
      ...both,
      regions: both.regions.map((one) =>
        one.id === 'clean' ? { ...one, pools: [{ ...pools[0]!, count: 2 }] } : one,
      ),
      models: [{ ...both.models[0]!, demand }],
    }
    const bindingOf = (of: LinearSolver) => {
      const outcome = planHorizon(scarce, of)
      if (outcome.status !== 'planned') throw new Error(outcome.words)
      expect(outcome.plan.bound.kind).toBe('branch and bound')
      return outcome.plan.binding
    }
    const [gpus, latency, ...others] = bindingOf(solver)
    expect(gpus).toMatchObject({ limit: 'gpus', region: 'clean', windows: [0] })
    expect(gpus!.shadowPriceG).toBeCloseTo(0.624 * (500 - 50), 4)
    expect(latency).toMatchObject({ limit: 'latency', model: 'chat', windows: [0, 1] })
    expect(others).toEqual([])
    const halting: LinearSolver = {
      ...solver,
      solve: (asked, limits) => {
        const answer = solver.solve(asked, limits)
        return asked.whole.includes(1) ? answer : { ...answer, status: 'unknown' }
      },
    }
    expect(bindingOf(halting).map(({ limit }) => limit)).toEqual(['latency'])
    // Where the time is up it is not looked for.
    const late = planHorizon(scarce, solver, { secondsLeft: () => 0 })
    expect(late.status === 'planned' && late.plan.binding).toEqual([])
  })
})
