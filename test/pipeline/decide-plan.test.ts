import { describe, expect, it } from 'vitest'
import { Conflict } from '../../services/domain/errors.ts'
import type { NewEvent } from '../../services/notification/index.ts'
import { type DecidePlanPorts, decidePlan } from '../../services/pipeline/decide-plan.ts'
import { rollBack } from '../../services/pipeline/roll-back.ts'
import type { PlanDraft, SaveOptions, StoredPlan } from '../../services/plans/index.ts'
import type { AnyJobRequest } from '../../services/queue/index.ts'
import { HOUR_MS, planOf } from '../support/plans.ts'

const noon = Date.parse('2026-07-01T12:00Z')
const aPlan = (version: number, over: Partial<StoredPlan> = {}): StoredPlan => ({
  version,
  fleetHash: 'f',
  problemDigest: `d${version}`,
  createdAtMs: noon,
  validUntilMs: noon + HOUR_MS,
  approval: 'pending',
  outcome: { status: 'planned', plan: planOf(noon, [version, version]) },
  inputs: { zones: [] },
  ...over,
})
const infeasible = {
  status: 'infeasible',
  limit: 'gpus',
  words: 'too few',
  relaxation: 'more',
} as const
const by = { by: 'key:1 (ops)', words: 'fine' }

function world(approval: 'automatic' | 'required' = 'required') {
  const plans = [aPlan(1, { approval: 'approved' }), aPlan(2), aPlan(3, { outcome: infeasible })]
  const jobs: AnyJobRequest[] = []
  const told: NewEvent[] = []
  const ports = {
    nowMs: () => noon + 1,
    queue: { add: async (job: AnyJobRequest) => void jobs.push(job) },
    fleet: async () => ({
      policy: { approval },
      safeState: { afterMinutes: 30 },
      regions: [{ id: 'a' }, { id: 'b' }],
    }),
    plans: {
      get: async (version: number) => plans.find((plan) => plan.version === version)!,
      current: async () => plans.findLast((plan) => plan.approval === 'approved'),
      newest: async () => plans.at(-1),
      async decide(version: number, decision: StoredPlan['decided'], events: NewEvent[]) {
        told.push(...events)
        return aPlan(version, { approval: decision!.decision, decided: decision })
      },
      async save(draft: PlanDraft, { ifVersion, events, decided }: SaveOptions) {
        if (ifVersion !== plans.at(-1)?.version) return { status: 'stale', currentVersion: 9 }
        told.push(...events(ifVersion + 1))
        return { status: 'saved', plan: { ...draft, version: ifVersion + 1, decided } }
      },
    },
  } as unknown as DecidePlanPorts
  return { ports, plans, jobs, told }
}

describe('decidePlan', () => {
  it('puts an approved plan in force: tells of it, and brings every region to it', async () => {
    const { ports, jobs, told } = world()
    const decided = await decidePlan(ports, 2, { ...by, decision: 'approved' })
    expect(decided.decided).toEqual({ ...by, decision: 'approved', atMs: noon + 1 })
    expect(told).toMatchObject([
      { type: 'plan.changed', key: '2', data: { previousVersion: 1, moves: [{ replicas: 2 }] } },
    ])
    expect(jobs.map(({ id }) => id)).toEqual(['notify-plan-2-approved', 'apply-2-a', 'apply-2-b'])
  })

  it('does nothing about a rejected one', async () => {
    const { ports, jobs, told } = world()
    await decidePlan(ports, 2, { ...by, decision: 'rejected' })
    expect([jobs, told]).toEqual([[], []])
  })

  it('approves nothing that has run out or that there is nothing in', async () => {
    const { ports, plans, jobs } = world()
    const approve = (version: number) => decidePlan(ports, version, { ...by, decision: 'approved' })
    await expect(approve(3)).rejects.toThrow('nothing to carry out')
    plans[1] = aPlan(2, { validUntilMs: noon })
    await expect(approve(2)).rejects.toThrow('has run out')
    expect(jobs).toEqual([])
  })
})

describe('rollBack', () => {
  it('saves what was as a new version, approved by whoever asked, for as long as a plan holds', async () => {
    const { ports, jobs, told } = world()
    const plan = await rollBack(ports, 1, by)
    expect(plan).toMatchObject({
      version: 4,
      createdAtMs: noon + 1,
      validUntilMs: noon + 1 + HOUR_MS / 2,
      problemDigest: 'd1',
      decided: { decision: 'approved', words: 'back to plan 1: fine' },
    })
    expect(told).toEqual([]) // the one in force asks for the same replicas
    expect(jobs.map(({ id }) => id)).toContain('apply-4-b')
  })

  it('is refused where it would not last, or says nothing about now, or came second', async () => {
    await expect(rollBack(world('automatic').ports, 1, by)).rejects.toThrow('in minutes')
    const { ports, plans } = world()
    await expect(rollBack(ports, 3, by)).rejects.toThrow('says nothing about now')
    const late = { ...ports, nowMs: () => noon + 5 * HOUR_MS }
    await expect(rollBack(late, 1, by)).rejects.toThrow('says nothing about now')
    const overtaken = { ...ports.plans, newest: async () => plans[0] }
    await expect(rollBack({ ...ports, plans: overtaken }, 1, by)).rejects.toThrow(Conflict)
  })
})
