import { beforeEach, describe, expect, it } from 'vitest'
import type { TargetRef } from '../../services/actuation/index.ts'
import { UpstreamUnavailable } from '../../services/domain/errors.ts'
import { applyPlan } from '../../services/pipeline/apply-plan.ts'
import { carryShift } from '../../services/pipeline/carry-shift.ts'
import { resumeShifts } from '../../services/pipeline/resume-shifts.ts'
import { actingWorld, centralId, northId, planIn } from '../support/acting-world.ts'

// biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a fleet file names a secret.
const KEY = '"${env:KEY}"'
const MORE = `
routes: [{ id: edge, kind: litellm, apiKey: ${KEY}, targets: [{ url: "https://r.example", name: m, backend: "{region}" }] }]
telemetry: { prometheus: { url: "https://p.example" }, engine: vllm }`
const ROUTE: TargetRef = {
  id: 'routes/edge/0/llama',
  kind: 'route',
  region: 'global',
  backend: 'routes/edge',
  locator: {},
}

let w: ReturnType<typeof actingWorld>
beforeEach(async () => {
  w = actingWorld('{ minDwellMinutes: 10 }', MORE)
  w.state.serving = { ttftP95Seconds: 0.1, outputTokensPerSecond: 150, requestsRunning: 0 }
  w.state.plan = planIn('eu-north', [2, 2])
  await applyPlan(w.ports, { version: 1, region: 'eu-north' })
  await w.carry()
  w.told.add(northId)
  w.jobs.length = 0
  w.events.length = 0
  w.state.version = 2
  w.state.plan = planIn('eu-central', [2, 2])
})
const begin = async () => {
  const { version } = w.state
  const one = await applyPlan(w.ports, { version, region: 'eu-north' })
  const other = await applyPlan(w.ports, { version, region: 'eu-central' })
  const sum = (of: 'told' | 'moving') =>
    ('told' in one ? one[of] : 0) + ('told' in other ? other[of] : 0)
  return { told: sum('told'), moving: sum('moving') }
}
const weights = async () => (await w.real.observe(ROUTE)).desired.weightsPercent
const shiftId = async () => (await w.shifts.unfinished())[0]!
const counts = async () => [
  await w.running(northId, 'eu-north'),
  await w.running(centralId, 'eu-central'),
]

describe('carryShift', () => {
  it('moves capacity and traffic step by step, with a look at the promises after each', async () => {
    expect(await begin()).toMatchObject({ moving: 1 })
    const { shift } = (await w.shifts.load(await shiftId()))!
    expect(shift.steps.map((step) => ('why' in step ? step.why : step.kind))).toEqual([
      ...['scale-up', 'ready'],
      ...Array(5).fill(['weights', 'check-slo']).flat(),
      ...['drain', 'scale-down', 'check-slo'],
    ])
    // Metrics look back a minute, so each look waits that long and gives its worker back meanwhile.
    const runs = await w.carry()
    expect(runs.at(-1)).toBe('done')
    expect(runs.filter((run) => run === 'waiting').length).toBeGreaterThan(5)
    expect(await weights()).toEqual({ 'eu-central': 100, 'eu-north': 0 })
    expect(await counts()).toEqual([0, 2])
    expect(w.events).toMatchObject([{ type: 'shift.ended', data: { status: 'done', version: 2 } }])
    // All is as the plan has it: there is nothing to move any more.
    w.told.add(centralId)
    expect(await begin()).toMatchObject({ moving: 0 })
  })

  it('goes all the way back when promises are missed, and waits before it tries again', async () => {
    await begin()
    w.replaceServing(async () =>
      (await weights())!['eu-central']! >= 60 ? { ttftP95Seconds: 9 } : w.state.serving,
    )
    const runs = await w.carry()
    expect(runs.at(-1)).toBe('rolled-back')
    expect(await weights()).toEqual({ 'eu-central': 0, 'eu-north': 100 })
    expect(await counts()).toEqual([2, 0])
    expect(w.events).toMatchObject([
      { data: { status: 'rolled-back', reason: 'llama misses its objective' } },
    ])
    w.told.add(centralId)
    expect(await begin()).toMatchObject({ moving: 0 })
    // A newer plan may add, and redirects nothing before the cool-down is over.
    w.state.version = 3
    expect(await begin()).toMatchObject({ moving: 1 })
    await w.carry()
    expect(await counts()).toEqual([2, 2])
    expect(await weights()).toEqual({ 'eu-central': 0, 'eu-north': 100 })
    w.replaceServing(async () => w.state.serving)
    w.state.nowMs += 10 * 60_000
    await begin()
    await w.carry()
    expect(await weights()).toEqual({ 'eu-central': 100, 'eu-north': 0 })
  })

  it('ends where a newer plan finds it, which takes over from there', async () => {
    await begin()
    const id = await shiftId()
    await carryShift(w.ports, { shiftId: id })
    w.state.version = 3
    expect(await carryShift(w.ports, { shiftId: id })).toBe('superseded')
    expect(await carryShift(w.ports, { shiftId: id })).toBe('gone')
    w.told.add(centralId)
    expect(await begin()).toMatchObject({ moving: 1 })
    await w.carry()
    expect(await counts()).toEqual([0, 2])
  })

  it('is taken over from a worker that died, once its lease is over', async () => {
    await begin()
    const id = await shiftId()
    await w.ports.leases.acquire(`shift/${id}`, 'the dead', 60_000)
    expect(await carryShift(w.ports, { shiftId: id })).toBe('another has it')
    w.jobs.length = 0
    w.state.nowMs += 60_000
    await resumeShifts({ ...w.ports, nowMs: w.ports.nowMs })
    expect(w.jobs).toMatchObject([{ name: 'carry-shift', payload: { shiftId: id } }])
    expect((await w.carry()).at(-1)).toBe('done')
  })

  it.each([
    ['somebody says stop', () => (w.state.stop = 'a person')],
    ['the plan has expired', () => (w.state.validUntilMs = w.state.nowMs)],
  ])('holds where it is while %s', async (_case, change) => {
    await begin()
    const id = await shiftId()
    change()
    expect(await carryShift(w.ports, { shiftId: id })).toBe('held')
    expect(await counts()).toEqual([2, 0])
    expect(w.jobs.at(-1)).toMatchObject({ name: 'carry-shift', delayMs: 15_000 })
  })

  it('raises a floor at once, without waiting for the shift under way', async () => {
    await begin()
    w.state.plan = { ...w.state.plan, flows: planIn('eu-central', [2, 2], 390).flows }
    expect(await begin()).toMatchObject({ told: 1, moving: 0 })
    const [last] = await w.audit.find({ limit: 1 })
    expect(last!.reason).toContain('below its floor')
  })

  it('raises it where the shift is going, so that nothing has to be taken away again', async () => {
    w = actingWorld('{ minDwellMinutes: 10 }')
    w.state.plan = planIn('eu-central', [2, 2])
    w.told.add(northId) // some plan before, of which nothing runs any more
    // The other region's worker looks when the shift is begun, and nothing runs of it yet.
    await applyPlan(w.ports, { version: 1, region: 'eu-central' })
    expect(await applyPlan(w.ports, { version: 1, region: 'eu-north' })).toMatchObject({ told: 0 })
    await applyPlan(w.ports, { version: 1, region: 'eu-central' })
    expect(await counts()).toEqual([0, 2])
    await w.carry()
    expect(await counts()).toEqual([0, 2])
  })

  it('leaves a route alone that cannot be seen, or for which there is too little yet', async () => {
    w.replaceBackend({
      observe: async (ref) => {
        if (ref.kind === 'route') throw new UpstreamUnavailable('no answer', { upstream: 'r' })
        return w.real.observe(ref)
      },
    })
    await begin()
    const { shift } = (await w.shifts.load(await shiftId()))!
    expect(shift.steps.filter((step) => 'why' in step && step.why === 'weights')).toEqual([])
  })
})
