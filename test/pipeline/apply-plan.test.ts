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

describe('applyPlan', () => {
  it('tells a target what the window in force wants, writes it down, and looks again', async () => {
    expect(await apply()).toEqual({ status: 'applied', told: 1, held: 0 })
    expect(await w.running(northId, 'eu-north')).toBe(2)
    expect(await w.audit.find({})).toMatchObject([
      { targetId: northId, fence: 1, planVersion: '1', actor: 'test', result: 'accepted' },
    ])
    expect(w.jobs).toMatchObject([{ name: 'apply-plan', delayMs: 10_000 }])

    // Told again, nothing is left to do.
    expect(await apply()).toEqual({ status: 'applied', told: 0, held: 0 })
    expect(w.jobs).toHaveLength(1)
  })

  it('moves only its own region, and removes only once the other side carries the load', async () => {
    await apply()
    w.told.add(northId)
    w.state.version = 2
    w.state.plan = planIn('eu-central', [2, 2])
    expect(await apply('eu-north')).toMatchObject({ told: 0, held: 1 })
    expect(await w.running(northId, 'eu-north')).toBe(2)
    expect(w.jobs.at(-1)).toMatchObject({ delayMs: 60_000 })

    expect(await apply('eu-central')).toMatchObject({ told: 1 })
    expect(await w.running(centralId, 'eu-central')).toBe(2)
    w.told.add(centralId)
    expect(await apply('eu-north')).toMatchObject({ told: 1, held: 0 })
    expect(await w.running(northId, 'eu-north')).toBe(0)
  })

  it('does nothing for a plan that is no longer in force, or when somebody said stop', async () => {
    expect(await apply('eu-north', 7)).toEqual({ status: 'superseded' })
    w.state.stop = 'a person'
    expect(await apply()).toEqual({ status: 'stopped' })
    expect(await w.running(northId, 'eu-north')).toBe(0)
  })

  it('goes to the safe state of the horizon’s peak once the plan has expired', async () => {
    w.state.plan = planIn('eu-north', [2, 5])
    await apply()
    w.state.nowMs = startMs + 2 * HOUR_MS
    await apply()
    expect(await w.running(northId, 'eu-north')).toBe(5)
  })

  it('holds what it cannot see', async () => {
    w.replaceBackend({
      observe: async () => {
        throw new UpstreamUnavailable('no answer', { upstream: 'far' })
      },
    })
    expect(await apply()).toEqual({ status: 'applied', told: 0, held: 1 })
  })

  it('lets a passing failure pass, and tells of one that needs a person', async () => {
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
    expect(await apply()).toMatchObject({ told: 1, held: 0 })
    // Of six GPUs four have changed hands: one more replica of two.
    w.state.plan = planIn('eu-north', [5, 9])
    expect(await apply()).toMatchObject({ told: 1, held: 1 })
    expect(await w.running(northId, 'eu-north')).toBe(3)
    expect(await apply()).toMatchObject({ told: 0, held: 1 })
    // The next window has its own six.
    w.state.nowMs = startMs + HOUR_MS
    w.state.validUntilMs = startMs + 2 * HOUR_MS
    await apply()
    expect(await w.running(northId, 'eu-north')).toBe(6)
  })

  it.each([
    ['promises are missed', { ttftP95Seconds: 9 }],
    ['more is asked for than planned', { outputTokensPerSecond: 390 }],
  ])('takes nothing away while %s', async (_case, serving) => {
    w.state.plan = planIn('eu-north', [4, 4])
    await apply()
    w.state.version = 2
    w.state.plan = planIn('eu-north', [2, 2])
    w.state.serving = serving
    await apply()
    expect(await w.running(northId, 'eu-north')).toBe(4)
    w.state.serving = { ttftP95Seconds: 0.1, outputTokensPerSecond: 150 }
    await apply()
    expect(await w.running(northId, 'eu-north')).toBe(2)
  })
})
