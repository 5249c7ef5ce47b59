import { beforeEach, describe, expect, it } from 'vitest'
import { Forbidden, UpstreamUnavailable } from '../../services/domain/errors.ts'
import { applyPlan } from '../../services/pipeline/apply-plan.ts'
import { actingWorld, centralId, northId, planIn, startMs } from '../support/acting-world.ts'
import { HOUR_MS } from '../support/plans.ts'

let w: ReturnType<typeof actingWorld>
beforeEach(() => {
  w = actingWorld()
})
const apply = (region = 'eu-north', version = w.state.version) =>
  applyPlan(w.ports, { version, region })
/** One look, and everything that workers do of it. */
const applied = async (region?: string) => {
  const result = await apply(region)
  await w.carry()
  return result
}

describe('applyPlan', () => {
  it('has a target told what the window in force wants, writes it down, and looks again', async () => {
    expect(await apply()).toEqual({ status: 'applied', told: 0, moving: 1, held: 0 })
    expect(w.jobs).toMatchObject([{ name: 'carry-shift' }, { name: 'apply-plan', delayMs: 10_000 }])
    expect(await w.carry()).toEqual(['done'])
    expect(await w.running(northId, 'eu-north')).toBe(2)
    expect(await w.audit.find({})).toMatchObject([
      { targetId: northId, fence: 1, planVersion: '1', actor: 'test', result: 'accepted' },
    ])

    // Looked at again, nothing is left to do.
    const jobs = w.jobs.length
    expect(await apply()).toEqual({ status: 'applied', told: 0, moving: 0, held: 0 })
    expect(w.jobs).toHaveLength(jobs)
  })

  it('moves a model between regions as one shift: made there, then broken here', async () => {
    await applied()
    w.told.add(northId)
    w.state.version = 2
    w.state.plan = planIn('eu-central', [2, 2])
    // The move begins where it first adds; that region may have seen no move a moment ago.
    expect(await apply('eu-north')).toMatchObject({ told: 0, moving: 0 })
    const payload = { version: 2, region: 'eu-central' }
    expect(w.jobs.at(-1)).toMatchObject({ name: 'apply-plan', payload, delayMs: 10_000 })
    expect(await apply('eu-central')).toMatchObject({ moving: 1 })
    // Whoever looks meanwhile finds it under way.
    expect(await apply('eu-central')).toMatchObject({ moving: 0 })
    expect(await w.carry()).toEqual(['done'])
    expect(await w.running(centralId, 'eu-central')).toBe(2)
    expect(await w.running(northId, 'eu-north')).toBe(0)
    const told = (await w.audit.find({ planVersion: '2' })).map(({ targetId }) => targetId)
    expect(told).toEqual([northId, centralId])
    expect(w.events).toMatchObject([{ type: 'shift.ended' }, { type: 'shift.ended' }])
  })

  it('does nothing for a plan that is no longer in force, or when somebody said stop', async () => {
    expect(await apply('eu-north', 7)).toEqual({ status: 'superseded' })
    w.state.stop = 'a person'
    expect(await apply()).toEqual({ status: 'stopped' })
    expect(await w.running(northId, 'eu-north')).toBe(0)
  })

  it('goes to the safe state of the horizon’s peak at once when the plan has expired', async () => {
    w.state.plan = planIn('eu-north', [2, 5])
    await applied()
    w.state.nowMs = startMs + 2 * HOUR_MS
    expect(await apply()).toMatchObject({ told: 1, moving: 0 })
    expect(await w.running(northId, 'eu-north')).toBe(5)
  })

  it('holds what it cannot see', async () => {
    w.replaceBackend({
      observe: async () => {
        throw new UpstreamUnavailable('no answer', { upstream: 'far' })
      },
    })
    expect(await apply()).toEqual({ status: 'applied', told: 0, moving: 0, held: 1 })
    expect(w.jobs.at(-1)).toMatchObject({ name: 'apply-plan', delayMs: 60_000 })
  })

  it('at expiry lets a passing failure pass, and tells of one that needs a person', async () => {
    w.state.nowMs = startMs + 2 * HOUR_MS
    const fail = (error: Error) =>
      w.replaceBackend({
        apply: async () => {
          throw error
        },
      })
    fail(new UpstreamUnavailable('no answer', { upstream: 'far' }))
    await apply()
    expect(w.events).toEqual([])
    fail(new Forbidden('no permission to scale'))
    await apply()
    expect(w.events).toMatchObject([
      { type: 'action.failed', key: `1/${northId}`, data: { target: northId } },
    ])
    expect((await w.audit.find({})).map(({ result }) => result)).toEqual(['failed', 'failed'])
    fail(new TypeError('a defect'))
    await expect(apply()).rejects.toThrow(TypeError)
  })

  it('counts what has changed in this window, whoever asked for it', async () => {
    w = actingWorld('{ minDwellMinutes: 0, maxChangedGpusPerWindow: 6 }')
    w.state.plan = planIn('eu-north', [2, 9])
    expect(await applied()).toMatchObject({ moving: 1, held: 0 })
    // Of six GPUs four have changed hands: one more replica of two.
    w.state.version = 2
    w.state.plan = planIn('eu-north', [5, 9])
    expect(await applied()).toMatchObject({ moving: 1, held: 1 })
    expect(await w.running(northId, 'eu-north')).toBe(3)
    expect(await applied()).toMatchObject({ moving: 0, held: 1 })
    // The next window has its own six.
    w.state.nowMs = startMs + HOUR_MS
    w.state.validUntilMs = startMs + 2 * HOUR_MS
    expect(await applied()).toMatchObject({ moving: 1 })
    expect(await w.running(northId, 'eu-north')).toBe(6)
  })

  it.each([
    ['promises are missed', { ttftP95Seconds: 9 }],
    ['more is asked for than planned', { outputTokensPerSecond: 390 }],
  ])('takes nothing away while %s', async (_case, serving) => {
    w.state.plan = planIn('eu-north', [4, 4])
    await applied()
    w.state.version = 2
    w.state.plan = planIn('eu-north', [2, 2])
    w.state.serving = serving
    await applied()
    expect(await w.running(northId, 'eu-north')).toBe(4)
    w.state.serving = { ttftP95Seconds: 0.1, outputTokensPerSecond: 150 }
    await applied()
    expect(await w.running(northId, 'eu-north')).toBe(2)
  })

  it('brings a burning model back to the counts that last kept every promise', async () => {
    w.state.plan = planIn('eu-north', [4, 4])
    w.state.serving = { ttftP95Seconds: 0.1, outputTokensPerSecond: 150 }
    await applied()
    await apply()
    expect(await w.knownGood.all()).toEqual({ [northId]: 4 })
    w.state.version = 2
    w.state.plan = planIn('eu-north', [2, 2])
    await applied()
    expect(await w.running(northId, 'eu-north')).toBe(2)
    w.state.serving = { ttftP95Seconds: 9 }
    await applied()
    expect(await w.running(northId, 'eu-north')).toBe(4)
  })
})

describe('a target that somebody changed', () => {
  const somebodySets = (replicas: number) => {
    const { observe } = w.real
    w.replaceBackend({
      observe: async (ref) => ({
        ...(await observe(ref)),
        desired: { replicas: { min: replicas, max: replicas } },
        readyReplicas: replicas,
        version: `theirs-${replicas}`,
        owners: [{ who: 'kubectl', how: 'human', field: 'replicas', sinceMs: startMs }],
      }),
    })
  }
  const drifts = async () =>
    (await w.audit.find({})).filter(({ reason }) => reason.startsWith('drift'))

  it('is told again, with who changed it and when', async () => {
    await applied()
    somebodySets(5)
    expect(await apply()).toMatchObject({ moving: 1 })
    expect(await drifts()).toMatchObject([
      {
        reason: 'drift: foreign by kubectl at 2026-07-01T12:00:00.000Z',
        before: { replicas: { min: 2 } },
        after: { replicas: { min: 5 } },
        detail: 'to be told again',
      },
    ])
    expect(w.events.filter(({ type }) => type === 'target.drifted')).toEqual([])
  })

  it('keeps theirs where the policy says adopt, until a newer plan, but never less', async () => {
    w = actingWorld('{ minDwellMinutes: 0 }', 'moves: { onDrift: adopt }')
    await applied()
    somebodySets(5)
    expect(await apply()).toMatchObject({ moving: 0, held: 1 })
    expect(await apply()).toMatchObject({ moving: 0, held: 1 })
    expect(await drifts()).toMatchObject([{ detail: 'adopted' }])
    w.state.version = 2
    expect(await apply()).toMatchObject({ moving: 1 })
    w = actingWorld('{ minDwellMinutes: 0 }', 'moves: { onDrift: adopt }')
    await applied()
    somebodySets(1)
    expect(await apply()).toMatchObject({ moving: 1 })
  })

  it('is only told of where the policy says alarm, once', async () => {
    w = actingWorld('{ minDwellMinutes: 0 }', 'moves: { onDrift: alarm }')
    await applied()
    somebodySets(5)
    expect(await apply()).toMatchObject({ moving: 0, held: 1 })
    await apply()
    expect(w.events.filter(({ type }) => type === 'target.drifted')).toMatchObject([
      { subject: 'region/eu-north', data: { target: northId, answer: 'left' } },
    ])
  })
})
