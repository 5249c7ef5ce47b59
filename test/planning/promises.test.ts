import { beforeAll, describe, expect, it } from 'vitest'
import {
  explainPlan,
  type LinearSolver,
  loadHighs,
  type Plan,
  type PlanningPolicy,
  type PlanningProblem,
  planHorizon,
  verifyPlan,
} from '../../services/planning/index.ts'
import { generateProblem } from '../bench/planner/instances.ts'
import { model, point, problem, region } from './problems.ts'

let solver: LinearSolver
beforeAll(async () => {
  solver = await loadHighs()
})

function planned(of: PlanningProblem): Plan {
  const outcome = planHorizon(of, solver)
  if (outcome.status !== 'planned') throw new Error(`${outcome.limit}: ${outcome.words}`)
  expect(verifyPlan(of, outcome.plan).violations).toEqual([])
  return outcome.plan
}

const rates = [100, 350, 120, 380, 90, 300]
function fleet(of: Partial<PlanningPolicy> = {}, more: Partial<PlanningProblem> = {}) {
  return problem({
    count: rates.length,
    regions: [
      region('eu', [300, 100, 300, 100, 300, 100], {
        pools: [{ gpu: 'H100', count: 8, parkedWatts: 60, priceUsdPerHour: 2 }],
      }),
    ],
    models: [
      model('chat', {
        points: [point('one'), point('two', { gpusPerReplica: 2, capacityTokensPerSecond: 230 })],
        demand: [{ origin: 'eu', tokensPerSecond: rates, regions: ['eu'] }],
      }),
    ],
    policy: { objective: 'carbon', carbonGPerUsd: 0, ...of },
    ...more,
  })
}

describe('limits on changes', () => {
  it.each<Partial<PlanningPolicy>>([
    { quietWindows: [0, 2, 3] },
    { minDwellWindows: 3 },
    { maxChangedGpusPerWindow: 2 },
    { makeBeforeBreak: true },
    { pinned: [{ model: 'chat', pointId: 'two' }] },
    { riskAversion: 1 },
    { antiHerdRatio: 0.001 },
    { objective: 'cost' },
    { objective: 'energy' },
  ])('keeps %j, and the checker agrees', (policy) => {
    planned(fleet(policy))
  })

  it.each<Partial<PlanningPolicy>>([
    { quietWindows: [2, 3, 7] },
    { minDwellWindows: 3 },
    { maxChangedGpusPerWindow: 40 },
    { makeBeforeBreak: true },
  ])('keeps %j in fleets too large for branch and bound', (policy) => {
    const large = generateProblem({ regions: 2, windows: 12, models: 3, variants: 8, seed: 5 })
    const slow = large.models.map((of) => ({
      ...of,
      points: of.points.map((p) => ({ ...p, startSeconds: 60 })),
    }))
    planned({ ...large, models: slow, policy: { ...large.policy, ...policy } })
  })

  it('keeps spare replicas', () => {
    const base = fleet()
    planned({ ...base, models: base.models.map((of) => ({ ...of, spareReplicas: 1 })) })
  })

  it('counts what runs already', () => {
    const running = [{ region: 'eu', model: 'chat', pointId: 'one', replicas: 3 }]
    const plan = planned(fleet({ quietWindows: [0] }, { running }))
    expect(plan.assignments.filter(({ window }) => window === 0)).toMatchObject([
      { pointId: 'one', replicas: 3, starts: 0 },
    ])
  })
})

describe('no plan', () => {
  const outcome = (of: PlanningProblem) => {
    const found = planHorizon(of, solver)
    if (found.status === 'planned') throw new Error('planned')
    return found
  }

  it('names the GPUs that are missing, and when', () => {
    const cramped = fleet(
      {},
      {
        regions: [
          region('eu', [1, 1, 1, 1, 1, 1], {
            pools: [{ gpu: 'H100', count: 3, parkedWatts: 0, priceUsdPerHour: 1 }],
          }),
        ],
      },
    )
    expect(outcome(cramped)).toMatchObject({
      limit: 'gpus',
      relaxation: '+1 H100 in eu in windows 1 and 3',
    })
  })

  it('names the least TTFT that helps', () => {
    const slow = model('chat', {
      points: [],
      objective: { ttftP95Ms: 150, tpotP95Ms: 30 },
      tooSlow: [
        point('a', { ttftP95Ms: 300 }),
        point('b', { ttftP95Ms: 209.5 }),
        point('c', { ttftP95Ms: 400 }),
      ],
      minReplicas: 1,
    })
    expect(outcome(fleet({}, { models: [slow] }))).toMatchObject({
      limit: 'latency',
      relaxation: 'TTFT 150 ms -> 210 ms',
    })
  })

  it('names an origin that nobody may serve', () => {
    const cut = model('chat', { demand: [{ origin: 'moon', tokensPerSecond: rates, regions: [] }] })
    expect(outcome(fleet({}, { models: [cut] }))).toMatchObject({ limit: 'residency' })
  })

  it.each([
    ['min-replicas', { minReplicas: 9 }, {}],
    ['spare', { spareReplicas: 9 }, {}],
    ['change-limit', {}, { maxChangedGpusPerWindow: 0, quietWindows: [0] }],
  ] as const)('says when %s alone is too much', (limit, of, policy) => {
    const base = fleet(policy, {
      running: [{ region: 'eu', model: 'chat', pointId: 'one', replicas: 1 }],
    })
    const models = base.models.map((m) => ({ ...m, ...of }))
    expect(outcome({ ...base, models })).toMatchObject({ limit })
  })

  it('says so where no number of GPUs and no promise alone helps', () => {
    const base = fleet(
      { quietWindows: [0] },
      {
        running: [{ region: 'eu', model: 'chat', pointId: 'one', replicas: 1 }],
      },
    )
    const busy = [{ origin: 'eu', tokensPerSecond: [400, 1, 1, 1, 1, 1], regions: ['eu'] }]
    const models = base.models.map((m) => ({ ...m, demand: busy, minReplicas: 9 }))
    expect(outcome({ ...base, models })).toMatchObject({
      limit: 'gpus',
      relaxation: 'a few more GPUs of any type in use, or one promise less',
    })
  })

  it('says when a deadline is too near', () => {
    const batch = [
      { id: 'j', model: 'chat', tokens: 9e6, firstWindow: 0, deadlineWindow: 2, regions: ['eu'] },
    ]
    expect(outcome(fleet({}, { batch }))).toMatchObject({ limit: 'deadline' })
  })
})

describe('the checker', () => {
  it('finds what is wrong with a plan', () => {
    const of = fleet({ minDwellWindows: 2, maxChangedGpusPerWindow: 8 })
    const plan = planned(of)
    const broken: Plan = {
      ...plan,
      assignments: plan.assignments.map((a) => ({ ...a, replicas: a.window === 1 ? 9 : 0 })),
      flows: plan.flows.map((flow) => ({ ...flow, region: 'us' })),
    }
    const { ok, violations } = verifyPlan(of, broken)
    expect(ok).toBe(false)
    for (const word of [
      'tokens/s',
      'may not be served',
      'GPUs',
      'starts',
      'stops before',
      'change',
    ]) {
      expect(violations.join('\n')).toContain(word)
    }
  })
})

describe('explaining', () => {
  it('says what is saved, what binds and what comes next', () => {
    const of = fleet()
    const explanation = explainPlan(of, planned(of))
    expect(explanation.words).toContain('kgCO2e over 6 windows')
    expect(explanation.placements.every(({ runnerUp }) => runnerUp !== undefined)).toBe(true)
  })
})
