import { describe, expect, it } from 'vitest'
import { type MergePlanPorts, mergePlan } from '../../services/pipeline/merge-plan.ts'
import type { PlanDraft, StoredPlan } from '../../services/plans/index.ts'
import type { AnyJobRequest } from '../../services/queue/index.ts'
import { planOf } from '../support/plans.ts'

const nowMs = Date.parse('2026-07-01T12:00Z')
const problem = { regions: [{ id: 'eu-north' }, { id: 'us-west' }] }

function world(over: Partial<MergePlanPorts> = {}, current?: StoredPlan) {
  const saved: PlanDraft[] = []
  const added: AnyJobRequest[] = []
  const made: number[] = []
  const ports = {
    solves: {
      frame: async () => ({
        problem,
        fleetHash: 'f',
        problemDigest: 'd',
        zones: [],
        followsVersion: 3,
        framedAtMs: 1,
      }),
      blocks: async () => [],
      solutions: async () => [],
    },
    plans: {
      current: async () => current,
      newest: async () => current,
      save: async (draft: PlanDraft) => {
        saved.push(draft)
        return { status: 'saved', plan: { ...draft, version: 4 } }
      },
    },
    queue: { add: async (job: AnyJobRequest) => void added.push(job) },
    merge: async () => ({ outcome: { status: 'planned', plan: planOf(nowMs, [2]) } }),
    violations: () => [],
    observe: (version: number) => void made.push(version),
    nowMs: () => nowMs,
    validForMs: async () => 60_000,
    needsApproval: async () => false,
    ...over,
  } as unknown as MergePlanPorts
  return { ports, saved, added, made }
}

describe('mergePlan', () => {
  it('saves what holds, then enqueues one action a region and the delivery of events', async () => {
    const { ports, saved, added, made } = world()
    expect(await mergePlan(ports, { revision: 'r' })).toEqual({ status: 'saved', version: 4 })
    expect(made).toEqual([4])
    expect(saved[0]).toMatchObject({ createdAtMs: nowMs, validUntilMs: nowMs + 60_000 })
    expect(added.map(({ id }) => id)).toEqual([
      'notify-plan-4',
      'apply-4-eu-north',
      'apply-4-us-west',
    ])
  })

  it('saves nothing that the second look finds fault with', async () => {
    const { ports, saved, added } = world({ violations: () => ['eu-north uses 9 of 8 H100'] })
    await expect(mergePlan(ports, { revision: 'r' })).rejects.toMatchObject({
      code: 'PLAN_REFUSED',
      message: expect.stringContaining('9 of 8 H100'),
    })
    expect([saved, added]).toEqual([[], []])
  })

  it('tells of an infeasible plan, and touches no backend', async () => {
    const { ports, added } = world({
      merge: async () => ({
        outcome: { status: 'infeasible', limit: 'gpus', words: 'w', relaxation: 'r' },
      }),
    })
    await mergePlan(ports, { revision: 'r' })
    expect(added.map(({ name }) => name)).toEqual(['notify-change'])
  })

  it('steps back for a newer plan', async () => {
    const stale = { save: async () => ({ status: 'stale', currentVersion: 9 }) }
    const other = { problemDigest: 'another', version: 9 } as StoredPlan
    const { ports, added } = world()
    const plans = { ...ports.plans, ...stale, newest: async () => other }
    const result = await mergePlan({ ...ports, plans } as MergePlanPorts, { revision: 'r' })
    expect(result).toEqual({ status: 'stale' })
    expect(added).toEqual([])
  })

  it.each<[string, Partial<StoredPlan>, boolean]>([
    ['goes on unless a new one is worth the change', {}, true],
    ['does not where it has run out: backends have left it', { validUntilMs: 1 }, false],
    [
      'does not where there was none to keep',
      { outcome: { status: 'infeasible', limit: 'gpus', words: 'w', relaxation: 'r' } },
      false,
    ],
  ])('the plan in force %s', async (_, over, isHandedIn) => {
    const inForce = planOf(nowMs, [3])
    const current = {
      version: 3,
      validUntilMs: nowMs,
      outcome: { status: 'planned', plan: inForce },
      ...over,
    } as StoredPlan
    const seen: unknown[] = []
    const kept = { isKept: true, words: 'Not worth changing.' }
    const { ports, saved } = world(
      {
        merge: async (...args) => {
          seen.push(args[3])
          const plan = planOf(nowMs, [3], { change: kept })
          return { outcome: { status: 'planned', plan } }
        },
      },
      current,
    )
    await mergePlan(ports, { revision: 'r' })
    expect(seen).toEqual([isHandedIn ? { inForce } : {}])
    expect(saved[0]!.outcome).toMatchObject({ plan: { change: kept } })
  })

  it('keeps the prices for the next solve, before the plan that it goes on from', async () => {
    const order: unknown[] = []
    const prices = { shares: [1] } as never
    const { ports } = world({
      merge: async () => ({ outcome: { status: 'planned', plan: planOf(nowMs, [2]) }, prices }),
    })
    const solves = { ...ports.solves, savePrices: async (...of: unknown[]) => void order.push(of) }
    const save = async (...of: Parameters<typeof ports.plans.save>) => {
      order.push('plan')
      return ports.plans.save(...of)
    }
    await mergePlan({ ...ports, solves, plans: { ...ports.plans, save } }, { revision: 'r' })
    expect(order).toEqual([['r', prices], 'plan'])
  })

  it('carries on after dying between saving and enqueueing', async () => {
    const first = world()
    await mergePlan(first.ports, { revision: 'r' })
    const ours = { ...first.saved[0]!, version: 4, approval: 'automatic' } as const
    const { ports, added } = world({}, ours)
    const plans = { ...ports.plans, save: async () => ({ status: 'stale', currentVersion: 4 }) }
    const result = await mergePlan({ ...ports, plans } as MergePlanPorts, { revision: 'r' })
    expect(result).toEqual({ status: 'saved', version: 4 })
    expect(added).toHaveLength(3)
  })
})
