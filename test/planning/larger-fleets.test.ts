import { beforeAll, describe, expect, it } from 'vitest'
import {
  explainPlan,
  type LinearSolver,
  loadHighs,
  planHorizon,
  verifyPlan,
} from '../../services/planning/index.ts'
import { model, point, problem, region } from './problems.ts'

let solver: LinearSolver
beforeAll(async () => {
  solver = await loadHighs()
})

const COUNT = 80
const rates = (rate: number) => Array.from({ length: COUNT }, () => rate)
const home = (rate: number) => [{ origin: 'eu', tokensPerSecond: rates(rate), regions: ['eu'] }]
const pools = (count: number) => [{ gpu: 'H100', count, parkedWatts: 60, priceUsdPerHour: 2 }]

/** Two models in one region, too many replica columns for branch and bound at once. */
const twoModels = (gpus: number) =>
  problem({
    count: COUNT,
    regions: [region('eu', rates(100), { pools: pools(gpus) })],
    models: [model('a', { demand: home(150) }), model('b', { demand: home(150) })],
  })

describe('larger fleets', () => {
  it('names the GPUs that are missing where only fractions of replicas fit', () => {
    expect(planHorizon(twoModels(3), solver)).toMatchObject({ status: 'infeasible', limit: 'gpus' })
  }, 60_000)

  it('keeps what runs through a quiet beginning, and a spare replica', () => {
    const base = twoModels(8)
    const of = {
      ...base,
      models: base.models.map((m) => ({ ...m, spareReplicas: 1 })),
      running: ['a', 'b'].map((id) => ({ region: 'eu', model: id, pointId: 'p', replicas: 4 })),
      policy: { ...base.policy, quietWindows: [0, 1, 50] },
    }
    const outcome = planHorizon(of, solver)
    if (outcome.status !== 'planned') throw new Error(outcome.words)
    expect(verifyPlan(of, outcome.plan).violations).toEqual([])
    const counts = (t: number) =>
      outcome.plan.assignments.filter(({ window }) => window === t).map((a) => a.replicas)
    expect([counts(0), counts(1), counts(2)]).toEqual([
      [4, 4],
      [4, 4],
      [3, 3],
    ])
  }, 60_000)
})

describe('no variant', () => {
  const one = (of: Parameters<typeof model>[1], gpu = 'H100') =>
    planHorizon(
      problem({
        regions: [
          region('eu', [1], { pools: [{ gpu, count: 4, parkedWatts: 0, priceUsdPerHour: 1 }] }),
        ],
        models: [
          model('chat', {
            demand: [{ origin: 'eu', tokensPerSecond: [1], regions: ['eu'] }],
            ...of,
          }),
          model('other', { points: [point('p', { gpu })] }),
        ],
      }),
      solver,
    )

  it('has its GPUs anywhere', () => {
    expect(one({}, 'A100')).toMatchObject({
      limit: 'gpus',
      relaxation: '+1 H100 in one of its regions',
    })
  })

  it('is fast enough, and nothing is known of slower ones', () => {
    expect(one({ points: [] })).toMatchObject({
      limit: 'latency',
      relaxation: 'a longer TTFT or TPOT, or a faster GPU type',
    })
  })
})

describe('explainPlan', () => {
  const explain = (carbon: number, gpus: number) => {
    const of = problem({
      regions: [region('eu', [carbon], { pools: pools(gpus) })],
      models: [
        model('chat', {
          demand: [{ origin: 'eu', tokensPerSecond: [150], regions: ['eu'] }],
          minReplicas: gpus,
        }),
      ],
    })
    const outcome = planHorizon(of, solver)
    if (outcome.status !== 'planned') throw new Error(outcome.words)
    return explainPlan(of, outcome.plan)
  }

  it('says what binds, and when nothing does', () => {
    expect(explain(100, 4).words).toContain('chat keeps 4 replicas in window 0')
    expect(explain(100, 2).words).toContain('No limit')
    expect(explain(100, 2).placements[0]!.words).toContain('the only choice')
  })

  it('saves nothing where nothing is emitted', () => {
    expect(explain(0, 2).savingRatio).toBe(0)
  })
})
