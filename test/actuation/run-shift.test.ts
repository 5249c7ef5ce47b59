import { describe, expect, it } from 'vitest'
import {
  type Command,
  exactly,
  rollBack,
  runShift,
  type Shift,
  shiftSequence,
} from '../../services/actuation/index.ts'
import { UpstreamUnavailable } from '../../services/domain/errors.ts'
import {
  CALM,
  Crash,
  maxInFlight,
  ROUTE,
  SimulatedFleet,
  shiftWorld,
  siteRef,
} from './simulated-fleet.ts'

const command = (id: string, fromReplicas: number, toReplicas: number): Command => ({
  kind: toReplicas > fromReplicas ? 'scale-up' : 'scale-down',
  target: siteRef(id),
  desired: { replicas: exactly(toReplicas) },
  ifVersion: '0',
  fromReplicas,
  toReplicas,
  gpus: 2,
  reason: 'the plan',
})
/** All traffic of one model from a dirty site to a clean one. */
const move = (): Shift =>
  shiftSequence({
    id: 's1',
    planVersion: '7',
    model: 'llama',
    reason: 'cleaner',
    commands: [command('dirty', 4, 0), command('clean', 1, 4)],
    routes: [
      {
        target: ROUTE,
        from: { dirty: 100, clean: 0 },
        to: { dirty: 0, clean: 100 },
        mostPoints: 25,
      },
    ],
    watched: true,
    maxInFlight,
  })
const fleetOf = (faults = CALM) =>
  new SimulatedFleet({ dirty: 4, clean: 1 }, { dirty: 100, clean: 0 }, faults)
const replicasIn = (fleet: SimulatedFleet) =>
  Object.fromEntries([...fleet.sites].map(([id, { replicas }]) => [id, replicas]))
const MOVED = { dirty: 0, clean: 4 }
const AS_BEFORE = { dirty: 4, clean: 1 }

/** mulberry32, so that every run can be had again. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

describe('a shift', () => {
  it('is data: make, wait, move in steps, drain, break', () => {
    const words = move().steps.map((step) =>
      step.kind === 'tell' ? `${step.why} ${step.target.id}` : step.kind,
    )
    expect(words).toEqual([
      'scale-up clean',
      'ready',
      ...['weights route', 'check-slo', 'weights route', 'check-slo'],
      ...['weights route', 'check-slo', 'weights route', 'check-slo'],
      'drain',
      'scale-down dirty',
      'check-slo',
    ])
  })

  it('without route and telemetry it leaves the draining to the orchestrator', () => {
    const { steps } = shiftSequence({
      ...move(),
      commands: [command('dirty', 4, 0)],
      awaited: [{ target: siteRef('clean'), desired: { replicas: exactly(4) } }],
      routes: [],
      watched: false,
      maxInFlight,
    })
    expect(steps.map(({ kind }) => kind)).toEqual(['ready', 'tell'])
  })

  it('hands its worker back when it has waited for long enough, and goes on later', async () => {
    const fleet = fleetOf()
    const { start } = await shiftWorld(fleet, move())
    const first = await runShift('s1', start({ patienceMs: 5_000 }))
    expect(first).toMatchObject({ status: 'waiting', record: { next: 1 } })
    expect(await runShift('s1', start())).toMatchObject({ status: 'done' })
  })

  it('moves everything, loses nothing, and leaves a trail', async () => {
    const fleet = fleetOf()
    const { audit, start } = await shiftWorld(fleet, move())
    expect(await runShift('s1', start())).toMatchObject({ status: 'done' })
    expect(replicasIn(fleet)).toEqual(MOVED)
    expect(fleet).toMatchObject({
      weights: { clean: 100, dirty: 0 },
      lostRequests: 0,
      unsafeStates: 0,
    })
    const trail = await audit.find({})
    expect(trail).toHaveLength(6)
    expect(trail.at(-1)).toMatchObject({
      targetId: 'clean',
      reason: 'scale-up: cleaner',
      before: { replicas: exactly(1) },
      after: { replicas: exactly(4) },
      idempotencyKey: 's1/0',
      result: 'accepted',
    })
  })

  it('without anything to move is done at once', async () => {
    const fleet = fleetOf()
    const shift = shiftSequence({
      ...move(),
      commands: [],
      routes: [],
      watched: false,
      maxInFlight,
    })
    const { start } = await shiftWorld(fleet, shift)
    expect(await runShift('s1', start())).toMatchObject({ status: 'done' })
    expect(await runShift('unknown', start())).toEqual({ status: 'taken-over' })
  })

  it('goes back to how it was when promises burn half-way', async () => {
    const fleet = fleetOf()
    const { start } = await shiftWorld(fleet, move())
    const deps = start({
      slo: async () => ((fleet.weights.clean ?? 0) >= 50 ? 'burning' : 'ok'),
    })
    expect(await runShift('s1', deps)).toMatchObject({
      status: 'rolled-back',
      record: { failed: 'llama misses its objective' },
    })
    expect(replicasIn(fleet)).toEqual(AS_BEFORE)
    expect(fleet).toMatchObject({
      weights: { clean: 0, dirty: 100 },
      lostRequests: 0,
      unsafeStates: 0,
    })
  })

  it('brings removed capacity back before its traffic, when they burn at the very end', async () => {
    const fleet = fleetOf()
    const { start } = await shiftWorld(fleet, move())
    const deps = start({
      slo: async () => (fleet.sites.get('dirty')!.replicas === 0 ? 'burning' : 'ok'),
    })
    expect(await runShift('s1', deps)).toMatchObject({ status: 'rolled-back' })
    expect(replicasIn(fleet)).toEqual(AS_BEFORE)
    expect(fleet).toMatchObject({ lostRequests: 0, unsafeStates: 0 })
  })

  it('goes back when the destination is never ready, and when telemetry stays silent', async () => {
    const slow = fleetOf()
    const first = await shiftWorld(slow, move())
    const hurried = first.start({ timeouts: { readyMs: 10_000, sloMs: 9, drainMs: 60_000 } })
    expect(await runShift('s1', hurried)).toMatchObject({
      status: 'rolled-back',
      record: { failed: 'clean is not ready in time' },
    })
    expect(replicasIn(slow)).toEqual(AS_BEFORE)

    const silent = fleetOf()
    const second = await shiftWorld(silent, move())
    silent.telemetry = false
    expect(await runShift('s1', second.start())).toMatchObject({
      status: 'rolled-back',
      record: { failed: 'llama sends no telemetry' },
    })
    expect(replicasIn(silent)).toEqual(AS_BEFORE)
    expect(silent.lostRequests).toBe(0)
  })

  it('rather keeps both sides than cutting requests off', async () => {
    const fleet = fleetOf()
    const { start } = await shiftWorld(fleet, move())
    const result = await runShift('s1', start({ inFlight: async () => 9 }))
    expect(result).toMatchObject({
      status: 'stuck',
      record: {
        failed: 'dirty still serves 9 requests; then clean still serves 9 requests',
      },
    })
    expect(replicasIn(fleet)).toEqual({ dirty: 4, clean: 4 })
    expect(fleet.weights).toEqual({ clean: 0, dirty: 100 })
  })

  it('holds where it is while somebody says stop, and goes on afterwards', async () => {
    const fleet = fleetOf()
    const { start } = await shiftWorld(fleet, move())
    const stopped = start({
      obstacle: async (step) => (step.kind === 'drain' ? 'stopped by file' : undefined),
    })
    expect(await runShift('s1', stopped)).toMatchObject({ status: 'held', why: 'stopped by file' })
    expect(replicasIn(fleet)).toEqual({ dirty: 4, clean: 4 })
    const again = start({
      obstacle: async (step, fresh) => (fresh && step.kind === 'tell' ? 'and here' : undefined),
    })
    expect(await runShift('s1', again)).toMatchObject({ status: 'held', why: 'and here' })
    expect(await runShift('s1', start())).toMatchObject({ status: 'done' })
    expect(replicasIn(fleet)).toEqual(MOVED)
  })

  it('an older planner is held, and one whose record moved on stops', async () => {
    const fleet = fleetOf()
    const { store, start } = await shiftWorld(fleet, move())
    let steps = 0
    const newer = start({ fence: 2, obstacle: async () => (++steps > 3 ? 'enough' : undefined) })
    await runShift('s1', newer)
    const record = (await store.load('s1'))!
    await store.save('s1', { ...record, next: 0, revision: record.revision + 1 })
    fleet.sites.get('clean')!.replicas = 1
    const held = await runShift('s1', start({ fence: 1 }))
    expect(held).toMatchObject({ status: 'held', why: expect.stringContaining('fence 1') })
    const lagging = start({ fence: 2, store: { ...store, save: async () => false } })
    expect(await runShift('s1', lagging)).toEqual({ status: 'taken-over' })
  })

  it('is refused by the target: goes back; by a bug: stops loudly', async () => {
    const fleet = fleetOf()
    const { start, audit } = await shiftWorld(fleet, move())
    const { backendFor } = start()
    const refusing = start({
      backendFor: (target) => ({
        ...backendFor(target),
        apply: (ref, desired, context) => {
          const refused = Number(desired.weightsPercent?.clean) > 0
          return backendFor(target).apply(ref, refused ? { engine: 'serving' } : desired, context)
        },
      }),
    })
    expect(await runShift('s1', refusing)).toMatchObject({
      status: 'rolled-back',
      record: { failed: expect.stringContaining('UNSUPPORTED') },
    })
    expect((await audit.find({})).map(({ result }) => result)).toContain('failed')
    const other = await shiftWorld(fleetOf(), move())
    const broken = other.start({ slo: () => Promise.reject(new TypeError('a bug')) })
    await expect(runShift('s1', broken)).rejects.toThrow('a bug')
    await expect(runShift('s1', other.start(), AbortSignal.abort())).rejects.toThrow()
  })

  it('knows no way back from what was never begun', () => {
    expect(rollBack(move(), {}, 'nothing')).toMatchObject({ id: 's1/back', steps: [] })
  })
})

describe('a shift whose process dies', () => {
  it('at every single call, before or after its effect, comes to the same end', async () => {
    const calm = fleetOf()
    await runShift('s1', (await shiftWorld(calm, move())).start())
    for (let call = 1; call <= calm.calls; call += 3) {
      for (const after of [false, true]) {
        const fleet = fleetOf()
        fleet.crashAt = { call, after }
        const { start } = await shiftWorld(fleet, move())
        await expect(runShift('s1', start())).rejects.toBeInstanceOf(Crash)
        expect(await runShift('s1', start())).toMatchObject({ status: 'done' })
        expect({ call, after, ...replicasIn(fleet) }).toEqual({ call, after, ...MOVED })
        expect(fleet).toMatchObject({ lostRequests: 0, doubleActions: 0, unsafeStates: 0 })
      }
    }
  })

  it('again and again, among lost answers and stale reads, still does no harm', async () => {
    for (let seed = 1; seed <= 15; seed++) {
      const random = seeded(seed)
      const fleet = fleetOf({ random, failing: 0.1, stale: 0.1 })
      const { start } = await shiftWorld(fleet, move())
      let result: Awaited<ReturnType<typeof runShift>> | undefined
      while (!result) {
        fleet.crashAt = { call: fleet.calls + 1 + Math.floor(random() * 40), after: random() < 0.5 }
        result = await runShift('s1', start()).catch((error: unknown) => {
          // A store that gives no answer ends the job too; the queue tries it again.
          if (!(error instanceof Crash || error instanceof UpstreamUnavailable)) throw error
          return undefined
        })
      }
      expect(['done', 'rolled-back']).toContain(result.status)
      expect(fleet).toMatchObject({ lostRequests: 0, doubleActions: 0, unsafeStates: 0 })
    }
  })
})
