import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type EnvelopeInput,
  type EnvelopeState,
  type EnvelopeTarget,
  quotaKey,
  withinEnvelope,
} from '../../services/actuation/envelope.ts'

const target = (id: string, over: Partial<EnvelopeTarget> = {}): EnvelopeTarget => ({
  id,
  region: 'eu',
  model: 'llama',
  gpu: 'H100',
  gpusPerReplica: 2,
  capacityTokensPerSecond: 100,
  floorReplicas: 0,
  ...over,
})
const running = (replicas: number, over: Partial<EnvelopeState> = {}): EnvelopeState => ({
  replicas,
  readyReplicas: replicas,
  settled: true,
  rollingOut: false,
  health: 'ok',
  paused: false,
  ...over,
})
const input = (over: Partial<EnvelopeInput> = {}): EnvelopeInput => ({
  targets: [target('a'), target('b')],
  states: { a: running(4), b: running(4) },
  wanted: { a: 2, b: 6 },
  nowMs: 1_000_000,
  ...over,
  limits: {
    models: { llama: { minReplicas: 1, tokensPerSecond: 500, sloBurning: false } },
    quotaGpus: { 'eu/H100': 100 },
    maxChangedGpus: 100,
    changedGpus: {},
    minDwellMs: 60_000,
    maxUnreadyRatio: 0.45,
    lastKnownGood: {},
    ...over.limits,
  },
})
const limits = (over: Partial<EnvelopeInput['limits']>) => ({ ...input().limits, ...over })
const counts = (over?: Partial<EnvelopeInput>) =>
  withinEnvelope(input(over)).map(({ replicas }) => replicas)
const why = (over?: Partial<EnvelopeInput>) =>
  withinEnvelope(input(over)).flatMap(({ held }) => held)

describe('the envelope', () => {
  it('lets a safe wish through, without a word', () => {
    expect(withinEnvelope(input())).toEqual([
      { targetId: 'a', replicas: 2, held: [] },
      { targetId: 'b', replicas: 6, held: [] },
    ])
  })

  it('never counts on replicas that are not ready yet', () => {
    // b goes up to 6, but only its 4 ready ones may stand in for what a gives up.
    expect(counts({ wanted: { a: 0, b: 6 } })).toEqual([1, 6])
    expect(why({ wanted: { a: 0, b: 6 } })).toEqual([
      'what is ready elsewhere does not carry its model yet',
    ])
    const silent = { ...running(4), readyReplicas: undefined as never }
    expect(counts({ wanted: { a: 0, b: 4 }, states: { a: running(4), b: silent } })).toEqual([1, 4])
    const unsettled = { ...silent, settled: false }
    expect(counts({ wanted: { a: 0 }, states: { a: running(4), b: unsettled } })).toEqual([4, 4])
  })

  it('keeps a target at its own floor, and lifts it there', () => {
    const targets = [target('a', { floorReplicas: 3 }), target('b', { floorReplicas: 5 })]
    expect(counts({ targets, wanted: { a: 0 } })).toEqual([3, 5])
    expect(why({ targets, wanted: { a: 0 } })).toEqual(['its floor'])
    const full = limits({ quotaGpus: { 'eu/H100': 16 } })
    expect(why({ targets, wanted: {}, limits: full })).toEqual(['no GPUs are left for its floor'])
  })

  it('lifts a model to its floor, past the budget but not past the quota', () => {
    const models = { llama: { minReplicas: 12, tokensPerSecond: 500, sloBurning: false } }
    const tight = limits({ models, maxChangedGpus: 0 })
    expect(counts({ wanted: {}, limits: tight })).toEqual([8, 4])
    expect(why({ wanted: {}, limits: tight })).toEqual(['its model would fall below its floor'])
    const full = limits({ models, quotaGpus: { 'eu/H100': 18 } })
    expect(counts({ wanted: {}, limits: full })).toEqual([5, 4])
    const sick = { a: running(4, { health: 'degraded' }), b: running(4) }
    expect(counts({ wanted: {}, limits: tight, states: sick })).toEqual([4, 8])
  })

  it('counts what runs and what is added against the quota together', () => {
    expect(counts({ limits: limits({ quotaGpus: { 'eu/H100': 18 } }) })).toEqual([2, 5])
    expect(why({ limits: limits({ quotaGpus: {} }) })).toEqual(['no GPUs are left in the quota'])
  })

  it('changes no more GPUs in a window than allowed', () => {
    expect(counts({ limits: limits({ maxChangedGpus: 6 }) })).toEqual([3, 6])
    expect(counts({ limits: limits({ maxChangedGpus: 6, changedGpus: { eu: 4 } }) })).toEqual([
      4, 5,
    ])
    expect(why({ limits: limits({ maxChangedGpus: 0 }) })).toEqual([
      'enough has changed in this window',
      'enough has changed in this window',
    ])
  })

  it('waits out the dwell before it takes away, not before it adds', () => {
    const young = running(4, { changedAtMs: 1_000_000 - 59_999 })
    expect(counts({ states: { a: young, b: young } })).toEqual([4, 6])
    const old = running(4, { changedAtMs: 1_000_000 - 60_000 })
    expect(counts({ states: { a: old, b: old } })).toEqual([2, 6])
  })

  it.each([
    [{ paused: true }, 'a person paused it'],
    [{ rollingOut: true }, 'a roll-out runs'],
    [{ health: 'degraded' as const }, 'it is unhealthy'],
  ])('does not move a target in state %o', (state, reason) => {
    const states = { a: running(4, state), b: running(4, state) }
    expect(counts({ states })).toEqual([4, 4])
    expect(new Set(why({ states }))).toEqual(new Set([reason]))
  })

  it('stands still when more than 45 % of targets are unready', () => {
    const states = { a: running(4, { readyReplicas: 1 }), b: running(4) }
    expect(counts({ states })).toEqual([4, 4])
    expect(why({ states })[0]).toBe('too many targets are unready')
    const nine = Object.fromEntries('cdefghijk'.split('').map((id) => [id, running(1)]))
    const targets = ['a', 'b', ...Object.keys(nine)].map((id) => target(id))
    expect(counts({ targets, states: { ...states, ...nine } }).slice(0, 2)).toEqual([2, 6])
  })

  it('removes nothing on missing knowledge, but may add', () => {
    const unknown = limits({ models: { llama: { minReplicas: 1, sloBurning: false } } })
    expect(counts({ limits: unknown })).toEqual([4, 6])
    expect(why({ limits: unknown })).toEqual(['its demand is unknown'])
    expect(counts({ limits: limits({ models: {} }) })).toEqual([4, 6])
    const calm = limits({ maxUnreadyRatio: 1 })
    expect(counts({ states: { b: running(4) }, limits: calm })).toEqual([undefined, 6])
    expect(why({ states: { b: running(4) }, limits: calm })).toEqual(['its state is unknown'])
    expect(counts({ wanted: { a: Number.NaN, b: -1 } })).toEqual([4, 4])
    expect(counts({ wanted: { a: 2.5, b: Number.POSITIVE_INFINITY } })).toEqual([4, 4])
  })

  it('goes back to what was good when promises burn', () => {
    const burning = limits({
      models: { llama: { minReplicas: 1, tokensPerSecond: 100, sloBurning: true } },
      lastKnownGood: { a: 7 },
    })
    expect(counts({ wanted: { a: 0, b: 0 }, limits: burning })).toEqual([7, 4])
  })
})

const ids = ['a', 'b', 'c', 'd']
const anyTarget = fc.record({
  region: fc.constantFrom('eu', 'us'),
  model: fc.constantFrom('llama', 'qwen'),
  gpu: fc.constantFrom('H100', 'B200'),
  gpusPerReplica: fc.integer({ min: 1, max: 8 }),
  capacityTokensPerSecond: fc.integer({ min: 1, max: 500 }),
  floorReplicas: fc.integer({ min: 0, max: 3 }),
})
const anyState = fc.record(
  {
    replicas: fc.integer({ min: 0, max: 12 }),
    readyReplicas: fc.integer({ min: 0, max: 12 }),
    changedAtMs: fc.integer({ min: 0, max: 1_000_000 }),
    settled: fc.boolean(),
    rollingOut: fc.boolean(),
    health: fc.constantFrom('ok' as const, 'degraded' as const, 'unknown' as const),
    paused: fc.boolean(),
  },
  { requiredKeys: ['settled', 'rollingOut', 'health', 'paused'] },
)
const anyWish = fc.oneof(
  fc.integer({ min: -3, max: 30 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 1.5, 1e308),
)
const anyFloor = fc.record(
  {
    minReplicas: fc.integer({ min: 0, max: 6 }),
    tokensPerSecond: fc.integer({ min: 0, max: 3_000 }),
    sloBurning: fc.boolean(),
  },
  { requiredKeys: ['minReplicas', 'sloBurning'] },
)
const anyInput: fc.Arbitrary<EnvelopeInput> = fc.record({
  targets: fc
    .array(anyTarget, { minLength: 1, maxLength: 4 })
    .map((list) => list.map((one, index) => ({ ...one, id: ids[index]! }))),
  states: fc.dictionary(fc.constantFrom(...ids), anyState),
  wanted: fc.dictionary(fc.constantFrom(...ids), anyWish),
  nowMs: fc.constant(1_000_000),
  limits: fc.record({
    models: fc.dictionary(fc.constantFrom('llama', 'qwen'), anyFloor),
    quotaGpus: fc.dictionary(
      fc.constantFrom('eu/H100', 'eu/B200', 'us/H100', 'us/B200'),
      fc.integer({ min: 0, max: 120 }),
    ),
    maxChangedGpus: fc.integer({ min: 0, max: 60 }),
    changedGpus: fc.dictionary(fc.constantFrom('eu', 'us'), fc.integer({ min: 0, max: 30 })),
    minDwellMs: fc.integer({ min: 0, max: 600_000 }),
    maxUnreadyRatio: fc.constantFrom(0.45, 1),
    lastKnownGood: fc.dictionary(fc.constantFrom(...ids), fc.integer({ min: 0, max: 12 })),
  }),
})

/** The envelope's promises, checked from the outside, by sums over the whole result. */
function promisesHold(given: EnvelopeInput): void {
  const verdicts = new Map(withinEnvelope(given).map((one) => [one.targetId, one.replicas]))
  const now = (one: EnvelopeTarget) => given.states[one.id]?.replicas
  const next = (one: EnvelopeTarget) => verdicts.get(one.id)
  const sum = (of: (one: EnvelopeTarget) => number, where: (one: EnvelopeTarget) => boolean) =>
    given.targets.filter(where).reduce((total, one) => total + of(one), 0)

  for (const one of given.targets) {
    expect(next(one) === undefined).toBe(now(one) === undefined)
    const pool = (other: EnvelopeTarget) => quotaKey(other) === quotaKey(one)
    const before = sum((other) => (now(other) ?? 0) * other.gpusPerReplica, pool)
    const peak = sum(
      (other) => Math.max(now(other) ?? 0, next(other) ?? 0) * other.gpusPerReplica,
      pool,
    )
    expect(peak).toBeLessThanOrEqual(Math.max(before, given.limits.quotaGpus[quotaKey(one)] ?? 0))
    if (next(one) === undefined || next(one)! >= now(one)!) continue
    removalIsSafe(given, one, next)
  }
}

function removalIsSafe(
  { states, limits: { models, minDwellMs }, targets, nowMs }: EnvelopeInput,
  one: EnvelopeTarget,
  next: (one: EnvelopeTarget) => number | undefined,
): void {
  const state = states[one.id]!
  const floor = models[one.model]!
  expect(state).toMatchObject({ paused: false, rollingOut: false })
  expect(state.health).not.toBe('degraded')
  expect(floor.sloBurning).toBe(false)
  expect(next(one)).toBeGreaterThanOrEqual(one.floorReplicas)
  if (state.changedAtMs !== undefined) {
    expect(nowMs - state.changedAtMs).toBeGreaterThanOrEqual(minDwellMs)
  }
  const serving = targets
    .filter(({ model }) => model === one.model)
    .map((sibling) => {
      const seen = states[sibling.id]
      const ready = seen?.readyReplicas ?? (seen?.settled ? (seen.replicas ?? 0) : 0)
      return { ...sibling, count: Math.min(ready, next(sibling) ?? 0) }
    })
  const capacity = serving.reduce((sum, s) => sum + s.count * s.capacityTokensPerSecond, 0)
  const replicas = serving.reduce((sum, { count }) => sum + count, 0)
  expect(capacity).toBeGreaterThanOrEqual(floor.tokensPerSecond!)
  expect(replicas).toBeGreaterThanOrEqual(floor.minReplicas)
}

describe('for any plan, however wrong', () => {
  it('quota and floors hold, and nothing is removed without knowing', () => {
    fc.assert(fc.property(anyInput, promisesHold), { numRuns: 3_000, seed: 1 })
  })

  it('no more changes hands than the budget, floors aside', () => {
    fc.assert(
      fc.property(anyInput, (given) => {
        const free = {
          ...given,
          targets: given.targets.map((one) => ({ ...one, floorReplicas: 0 })),
          limits: { ...given.limits, models: mapFloors(given) },
        }
        const verdicts = withinEnvelope(free)
        for (const region of ['eu', 'us']) {
          const moved = free.targets.reduce((sum, one, index) => {
            const from = free.states[one.id]?.replicas
            const to = verdicts[index]!.replicas
            if (one.region !== region || from === undefined) return sum
            return sum + Math.abs(to! - from) * one.gpusPerReplica
          }, free.limits.changedGpus[region] ?? 0)
          const allowed = Math.max(free.limits.maxChangedGpus, free.limits.changedGpus[region] ?? 0)
          expect(moved).toBeLessThanOrEqual(allowed)
        }
      }),
      { numRuns: 1_000, seed: 2 },
    )
  })
})

const mapFloors = ({ limits: { models } }: EnvelopeInput) =>
  Object.fromEntries(
    Object.entries(models).map(([model, floor]) => [
      model,
      { ...floor, minReplicas: 0, tokensPerSecond: 0 },
    ]),
  )
