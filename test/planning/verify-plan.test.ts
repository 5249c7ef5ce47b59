import { beforeAll, describe, expect, it } from 'vitest'
import { windowsFrom } from '../../services/domain/window.ts'
import {
  type Assignment,
  loadHighs,
  type Plan,
  type PlanningPolicy,
  type PlanningProblem,
  planHorizon,
  verifyPlan,
} from '../../services/planning/index.ts'
import { model, point, problem, region } from './problems.ts'

const of = problem({
  count: 3,
  regions: [region('eu', [300, 200, 100]), region('us', [500, 500, 500])],
  models: [
    model('chat', {
      points: [point('one'), point('two', { gpusPerReplica: 2, capacityTokensPerSecond: 230 })],
      demand: [{ origin: 'eu', tokensPerSecond: [90, 150, 90], regions: ['eu'] }],
      minReplicas: 1,
    }),
  ],
  batch: [
    {
      id: 'job',
      model: 'chat',
      tokens: 3600,
      firstWindow: 0,
      deadlineWindow: 2,
      regions: ['eu'],
    },
  ],
})

let plan: Plan
beforeAll(async () => {
  const outcome = planHorizon(of, await loadHighs())
  if (outcome.status !== 'planned') throw new Error(outcome.words)
  plan = outcome.plan
})

const changed = (change: (a: Assignment) => Partial<Assignment>): Plan => ({
  ...plan,
  assignments: plan.assignments.map((a) => ({ ...a, ...change(a) })),
})
const withPolicy = (policy: Partial<PlanningPolicy>): PlanningProblem => ({
  ...of,
  policy: { ...of.policy, ...policy },
})
const said = (by: Plan, about: PlanningProblem = of) => verifyPlan(about, by).violations.join('\n')

describe('verifyPlan', () => {
  it('finds nothing wrong with a good plan', () => {
    expect(verifyPlan(of, plan)).toMatchObject({ ok: true, violations: [] })
  })

  it.each<[string, Partial<Assignment>]>([
    ['no such operating point', { pointId: 'three' }],
    ['tokens/s on 0 replicas', { replicas: 0 }],
    ['1.5 replicas', { replicas: 1.5 }],
    ['-1 replicas', { replicas: -1 }],
    ['negative load', { tokensPerSecond: -1 }],
    ['negative load', { batchTokensPerSecond: -1 }],
    ['of 4 GPUs', { replicas: 5 }],
    ['of 0 GPUs', { region: 'mars' }],
    ['0 of at least 1 replicas', { window: 0 }],
    ['tokens/s arrive', { region: 'us' }],
    ['batch tokens/s too few', { batchTokensPerSecond: 0 }],
    ['starts, not', { starts: 7 }],
  ])('says: %s', (words, change) => {
    expect(said(changed(() => change))).toContain(words)
  })

  it('says what traffic is not served, or where it may not be', () => {
    const half = plan.flows.map((f) => ({ ...f, tokensPerSecond: f.tokensPerSecond / 2 }))
    expect(said({ ...plan, flows: half })).toContain('of 150 tokens/s')
    expect(said({ ...plan, flows: [] })).toContain('0 of 150 tokens/s')
    const abroad = plan.flows.map((flow) => ({ ...flow, region: 'us' }))
    expect(said({ ...plan, flows: abroad })).toContain('may not be served in us')
  })

  it('says what is wrong with deferrable work', () => {
    expect(said({ ...plan, batch: [] })).toContain('0 of 3600 tokens')
    const run = { window: 2, work: 'job', region: 'us', tokensPerSecond: 1 }
    const violations = said({ ...plan, batch: [run] })
    expect(violations).toContain('outside its time')
    expect(violations).toContain('may not run in us')
    expect(violations).toContain('too few')
    const early = { ...of, batch: [{ ...of.batch[0]!, firstWindow: 2, deadlineWindow: 3 }] }
    expect(said(plan, early)).toContain('outside its time')
  })

  it('says when totals or the bound cannot be right', () => {
    expect(said({ ...plan, predicted: { ...plan.predicted, carbonG: 1 } })).toContain('carbonG')
    const { objective } = plan
    const proud = { ...plan, objective: { ...objective, bound: 2 * objective.value } }
    expect(said(proud)).toContain('is above the objective')
  })

  it.each<[string, Partial<PlanningPolicy>]>([
    ['pinned to two', { pinned: [{ model: 'chat', region: 'eu', pointId: 'two' }] }],
    ['pinned to one', { pinned: [{ model: 'chat', pointId: 'one' }] }],
    ['quiet window', { quietWindows: [0, 1, 2, 9] }],
    ['stops before 3 windows', { minDwellWindows: 3 }],
    ['of at most 0', { maxChangedGpusPerWindow: 0 }],
    ['gCO2e', { carbonBudgetGPerDay: 1 }],
  ])('holds a plan against the policy: %s', (words, policy) => {
    const mixed = changed((a) => ({ pointId: a.window === 1 ? 'two' : 'one' }))
    expect(said(mixed, withPolicy(policy))).toContain(words)
  })

  it('leaves other models and regions out of a pin', () => {
    const pinned = [
      { model: 'chat', region: 'us', pointId: 'two' },
      { model: 'other', pointId: 'two' },
    ]
    expect(
      said(
        changed(() => ({ pointId: 'one' })),
        withPolicy({ pinned }),
      ),
    ).not.toContain('pin')
  })

  it('counts a carbon budget by days from the first window', () => {
    const day = {
      ...of,
      windows: [0, 23, 46].flatMap((hour) => windowsFrom(hour * 3_600_000, 3_600_000, 1)),
    }
    const violations = said(plan, { ...day, policy: { ...of.policy, carbonBudgetGPerDay: 1 } })
    expect(violations).toContain('day 0')
    expect(violations).toContain('day 1')
  })

  it('loses the largest replicas first', () => {
    const spare = { ...of, models: of.models.map((m) => ({ ...m, spareReplicas: 2 })) }
    expect(said(plan, spare)).toContain('losing 2 replicas leaves 0')
  })

  it('holds the GPUs of slow starters early', () => {
    const policy = withPolicy({ makeBeforeBreak: true })
    const full = changed((a) =>
      a.window === 1 ? { pointId: 'two', replicas: 2 } : { pointId: 'one', replicas: 3 },
    )
    expect(said(full, policy)).toContain('GPUs with starts')
    const fast = policy.models.map((m) => ({
      ...m,
      points: m.points.map((p) => ({ ...p, startSeconds: 0 })),
    }))
    expect(said(full, { ...policy, models: fast })).not.toContain('GPUs with starts')
  })

  it('sees what runs before and is stopped', () => {
    const gone = { region: 'eu', model: 'chat', pointId: 'slow', replicas: 3 }
    const unknown = { region: 'eu', model: 'chat', pointId: 'x', replicas: 3 }
    const alien = { region: 'eu', model: 'x', pointId: 'x', replicas: 3 }
    const running = {
      ...withPolicy({ maxChangedGpusPerWindow: 2 }),
      models: of.models.map((m) => ({ ...m, tooSlow: [point('slow')] })),
      running: [gone, unknown, alien],
    }
    expect(said(plan, running)).toMatch(/window 0: [45] GPUs change, of at most 2/)
  })
})
