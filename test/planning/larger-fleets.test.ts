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
  })

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
  })
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

  it('is there for work that can wait', () => {
    const batch = [
      {
        id: 'job',
        model: 'chat',
        tokens: 1,
        firstWindow: 0,
        deadlineWindow: 1,
        regions: ['eu'],
      },
    ]
    const of = problem({
      regions: [region('eu', [1])],
      models: [model('chat', { points: [] })],
      batch,
    })
    expect(planHorizon(of, solver)).toMatchObject({ limit: 'latency' })
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

  it('says what is dearer, full or not allowed', () => {
    const prices = { parkedWatts: 0, priceUsdPerHour: 1 }
    const of = problem({
      regions: [
        region('clean', [50], { pools: [{ gpu: 'H100', count: 1, ...prices }] }),
        region('near', [300], { pools: [{ gpu: 'H100', count: 4, ...prices }] }),
        region('far', [10], { pools: [{ gpu: 'H100', count: 4, ...prices }] }),
      ],
      models: [
        model('chat', {
          points: [point('p', { startJoules: 0 })],
          demand: [{ origin: 'x', tokensPerSecond: [150], regions: ['clean', 'near'] }],
        }),
        model('lone', {
          points: [point('p', { startJoules: 0 })],
          demand: [{ origin: 'x', tokensPerSecond: [50], regions: ['far'] }],
        }),
      ],
      batch: [
        {
          id: 'job',
          model: 'lone',
          tokens: 36_000,
          firstWindow: 0,
          deadlineWindow: 1,
          regions: ['far'],
        },
      ],
    })
    const outcome = planHorizon(of, solver)
    if (outcome.status !== 'planned') throw new Error(outcome.words)
    const words = explainPlan(of, outcome.plan).placements.map((p) => p.words)
    expect(words).toContain('lone: 1 x p in far; p in clean is not allowed')
    // Without deferrable work far away, nothing of `chat` may go there either.
    const idle = { ...of, batch: [] }
    const plain = planHorizon(idle, solver)
    if (plain.status !== 'planned') throw new Error(plain.words)
    const reasons = explainPlan(idle, plain.plan).placements.map((p) => p.words)
    expect(reasons).toContain('chat: 1 x p in near; p in far is not allowed')
    const home = { ...idle, regions: idle.regions.slice(0, 2), models: [idle.models[0]!] }
    const near = planHorizon(home, solver)
    if (near.status !== 'planned') throw new Error(near.words)
    const two = explainPlan(home, near.plan).placements.map((p) => p.words)
    expect(two).toContain('chat: 1 x p in near; p in clean is full')
    expect(two).toContain('chat: 1 x p in clean; p in near is dearer')
  })

  it('saves nothing where nothing is emitted', () => {
    expect(explain(0, 2).savingRatio).toBe(0)
  })
})
