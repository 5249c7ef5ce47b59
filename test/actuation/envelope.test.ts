import { describe, expect, it } from 'vitest'
import { withinEnvelope } from '../../services/actuation/envelope.ts'
import type {
  EnvelopeInput,
  EnvelopeState,
  EnvelopeTarget,
} from '../../services/actuation/envelope-facts.ts'

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
      { targetId: 'a', replicas: 2, held: [], mayNarrow: true },
      { targetId: 'b', replicas: 6, held: [], mayNarrow: true },
    ])
  })

  it('lets what runs above the count go only where any other removal would do', () => {
    const narrow = (over?: Partial<EnvelopeInput>) =>
      withinEnvelope(input({ wanted: { a: 4, b: 4 }, ...over })).map(({ mayNarrow }) => mayNarrow)
    const models = (over: object) =>
      limits({
        models: { llama: { minReplicas: 1, tokensPerSecond: 500, sloBurning: false, ...over } },
      })
    expect(narrow()).toEqual([true, true])
    expect(narrow({ limits: models({ sloBurning: true }) })).toEqual([false, false])
    expect(narrow({ limits: models({ tokensPerSecond: undefined }) })).toEqual([false, false])
    expect(narrow({ limits: limits({ models: {} }) })).toEqual([false, false])
    // Eight stand, which is all that 800 tokens/s need; a unit more, and nothing may go.
    expect(narrow({ limits: models({ tokensPerSecond: 800 }) })).toEqual([true, true])
    const full = { quotaGpus: {} }
    expect(narrow({ limits: { ...models({ tokensPerSecond: 801 }), ...full } })).toEqual([
      false,
      false,
    ])
    expect(narrow({ limits: { ...models({ minReplicas: 9 }), ...full } })).toEqual([false, false])
    const b = running(4)
    const calm = limits({ maxUnreadyRatio: 1 })
    for (const over of [{ paused: true }, { rollingOut: true }, { changedAtMs: 1_000_000 }]) {
      expect(narrow({ states: { a: running(4, over), b }, limits: calm })).toEqual([false, true])
    }
    expect(narrow({ states: { b }, limits: calm })).toEqual([false, false])
    expect(narrow({ states: { a: running(4, { readyReplicas: 0 }), b }, limits: calm })).toEqual([
      false,
      false,
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

  it('says nothing of a target of which nothing is wanted, or what stands already', () => {
    const busy = { a: running(4, { rollingOut: true }), b: running(4, { rollingOut: true }) }
    expect(why({ wanted: {}, states: busy })).toEqual([])
    expect(why({ wanted: { a: 4, b: 4 }, states: busy })).toEqual([])
  })

  it('does not lift a target to its floor that a person paused', () => {
    const targets = [target('a', { floorReplicas: 6 }), target('b')]
    const states = { a: running(4, { paused: true }), b: running(4) }
    expect(counts({ targets, states, wanted: {} })).toEqual([4, 4])
  })

  it('counts for the floor of a model its own targets alone', () => {
    const models = {
      llama: { minReplicas: 5, tokensPerSecond: 0, sloBurning: false },
      qwen: { minReplicas: 1, tokensPerSecond: 0, sloBurning: false },
    }
    const targets = [target('b', { model: 'qwen' }), target('a')]
    expect(counts({ targets, wanted: {}, limits: limits({ models }) })).toEqual([4, 5])
  })

  it('tells no count of a target that it knows nothing of, and one reason', () => {
    const [unknown] = withinEnvelope(input({ states: { b: running(4) } }))
    expect(unknown).toStrictEqual({
      targetId: 'a',
      held: ['its state is unknown'],
      mayNarrow: false,
    })
  })
})
