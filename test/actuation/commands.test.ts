import { describe, expect, it } from 'vitest'
import {
  type CommandInput,
  commandsFor,
  type SteeredTarget,
} from '../../services/actuation/commands.ts'
import { exactly, type Observed, type TargetRef } from '../../services/actuation/index.ts'
import type { Assignment } from '../../services/planning/index.ts'

const ref = (id: string, kind: TargetRef['kind'] = 'replicas'): TargetRef => ({
  id,
  kind,
  region: id,
  backend: 'dry-run',
  locator: {},
})
const target = (region: string, over: Partial<SteeredTarget> = {}): SteeredTarget => ({
  ref: ref(region),
  region,
  model: 'llama',
  pointId: 'H100-tp2',
  gpu: 'H100',
  gpusPerReplica: 2,
  capacityTokensPerSecond: 100,
  floorReplicas: 0,
  safeReplicas: 5,
  maxInFlight: 64,
  ...over,
})
const seen = (replicas: number, over: Partial<Observed> = {}): Observed => ({
  desired: { replicas: exactly(replicas) },
  readyReplicas: replicas,
  settled: true,
  rollingOut: false,
  health: 'ok',
  paused: false,
  version: `v${replicas}`,
  owners: [],
  observedAtMs: 0,
  ...over,
})
const assign = (region: string, replicas: number): Assignment => ({
  window: 0,
  region,
  model: 'llama',
  pointId: 'H100-tp2',
  replicas,
  starts: 0,
  tokensPerSecond: 0,
  batchTokensPerSecond: 0,
})
const input = (over: Partial<CommandInput> = {}): CommandInput => ({
  assignments: [assign('eu', 1), assign('us', 6)],
  targets: [target('eu'), target('us')],
  observed: { eu: seen(4), us: seen(4) },
  changedAtMs: {},
  limits: {
    models: { llama: { minReplicas: 1, tokensPerSecond: 400, sloBurning: false } },
    quotaGpus: { 'eu/H100': 100, 'us/H100': 100 },
    maxChangedGpus: 100,
    changedGpus: {},
    minDwellMs: 60_000,
    maxUnreadyRatio: 0.45,
    lastKnownGood: {},
  },
  nowMs: 1_000_000,
  ...over,
})
const told = (over?: Partial<CommandInput>) =>
  commandsFor(input(over)).commands.map(({ kind, target: { id }, toReplicas }) => [
    kind,
    id,
    toReplicas,
  ])

describe('commandsFor', () => {
  it('makes capacity before it breaks any, in absolute values', () => {
    const { commands, held } = commandsFor(input())
    expect(held).toEqual([])
    expect(commands).toEqual([
      {
        kind: 'scale-up',
        target: ref('us'),
        desired: { replicas: { min: 6, max: 6 } },
        ifVersion: 'v4',
        fromReplicas: 4,
        toReplicas: 6,
        gpus: 4,
        reason: 'the plan',
      },
      {
        kind: 'scale-down',
        target: ref('eu'),
        desired: { replicas: { min: 1, max: 1 } },
        ifVersion: 'v4',
        fromReplicas: 4,
        toReplicas: 1,
        gpus: 6,
        reason: 'the plan',
      },
    ])
  })

  it('says nothing where nothing differs, and pins a band that happens to fit', () => {
    expect(told({ assignments: [assign('eu', 4), assign('us', 4)] })).toEqual([])
    const band = seen(4, { desired: { replicas: { min: 4, max: 9 } } })
    expect(
      told({
        assignments: [assign('eu', 4), assign('us', 4)],
        observed: { eu: band, us: seen(4) },
      }),
    ).toEqual([['scale-up', 'eu', 4]])
  })

  describe('where an autoscaler moves the count', () => {
    const both = [assign('eu', 4), assign('us', 4)]
    const band = (min: number, max: number, over: Partial<Observed> = {}) =>
      seen(min, { desired: { replicas: { min, max } }, elastic: true, ...over })
    const bounds = (eu: Observed, over: Partial<CommandInput> = {}) =>
      commandsFor(input({ assignments: both, observed: { eu, us: seen(4) }, ...over }))
        .commands.filter(({ target: { id } }) => id === 'eu')
        .map(({ kind, desired: { replicas }, gpus }) => [kind, replicas!.min, replicas!.max, gpus])

    it('raises the lower end first, and cuts off what is above once it stands', () => {
      expect(bounds(band(1, 10))).toEqual([['scale-up', 4, 10, 6]])
      expect(bounds(band(4, 10))).toEqual([['scale-down', 4, 4, 0]])
      expect(bounds(band(4, 4))).toEqual([])
      // More runs than is promised: to go down to the plan is a removal like any other.
      expect(bounds(band(1, 10, { readyReplicas: 7 }))).toEqual([['scale-down', 4, 4, 6]])
    })

    it('cuts nothing off that may be needed, or may not be touched', () => {
      const { limits } = input()
      const burning = { llama: { minReplicas: 1, tokensPerSecond: 400, sloBurning: true } }
      expect(bounds(band(4, 10), { limits: { ...limits, models: burning } })).toEqual([])
      const running = band(1, 10, { readyReplicas: 7 })
      expect(bounds(running, { limits: { ...limits, models: burning } })).toEqual([
        ['scale-up', 7, 10, 0],
      ])
      for (const over of [
        { paused: true },
        { rollingOut: true },
        { health: 'degraded' as const },
      ]) {
        expect(bounds(band(1, 10, { readyReplicas: 7, ...over }))).toEqual([])
      }
      expect(bounds(band(4, 10), { changedAtMs: { eu: 999_999 } })).toEqual([])
      expect(bounds(band(2, 10, { readyReplicas: 7 }), { assignments: undefined })).toEqual([
        ['scale-up', 7, 10, 0],
      ])
    })

    it('leaves it room for the growth of demand, as far as GPUs go', () => {
      const growth = { llama: 1.6 }
      expect(bounds(band(4, 4), { growth })).toEqual([['scale-up', 4, 7, 0]])
      expect(bounds(band(4, 20), { growth })).toEqual([['scale-down', 4, 7, 0]])
      expect(bounds(seen(4), { growth })).toEqual([])
      expect(bounds(band(4, 4), { growth: { llama: 1 } })).toEqual([['scale-up', 4, 5, 0]])
      const quotaGpus = { 'eu/H100': 12, 'us/H100': 100 }
      const limits = { ...input().limits, quotaGpus }
      expect(bounds(band(4, 4), { growth, limits })).toEqual([['scale-up', 4, 6, 0]])
      const away = [assign('eu', 0), assign('us', 4)]
      expect(bounds(band(4, 4), { growth, assignments: away })).toEqual([['scale-down', 0, 0, 8]])
    })
  })

  it('takes a variant the plan leaves out to zero, but holds a model it forgot', () => {
    expect(told({ assignments: [assign('us', 6)] })).toEqual([
      ['scale-up', 'us', 6],
      ['scale-down', 'eu', 0],
    ])
    expect(told({ assignments: [{ ...assign('eu', 1), model: 'qwen' }] })).toEqual([])
  })

  it('goes to the safe state when the plan has expired, and never below what runs', () => {
    expect(told({ assignments: undefined, observed: { eu: seen(2), us: seen(7) } })).toEqual([
      ['scale-up', 'eu', 5],
    ])
    const [command] = commandsFor(input({ assignments: undefined })).commands
    expect(command!.reason).toBe('the plan has expired')
    expect(told({ assignments: undefined, observed: {} })).toEqual([])
  })

  it('tells nothing to a target it cannot see, and says what it held and why', () => {
    const calm = { ...input().limits, maxUnreadyRatio: 1 }
    const silent = seen(4, { desired: {}, readyReplicas: undefined as never })
    expect(told({ observed: { us: seen(4) }, limits: calm })).toEqual([['scale-up', 'us', 6]])
    expect(told({ observed: { us: seen(4), eu: silent }, limits: calm })).toEqual([
      ['scale-up', 'us', 6],
    ])
    const dwelling = commandsFor(input({ changedAtMs: { eu: 999_999 } }))
    expect(dwelling.held).toEqual([
      { targetId: 'eu', replicas: 4, held: ['it changed a moment ago'], mayNarrow: false },
    ])
  })

  it('names a part of a wish that was not granted', () => {
    const limits = { ...input().limits, quotaGpus: { 'us/H100': 10 } }
    const [up] = commandsFor(input({ limits })).commands
    expect(up).toMatchObject({ toReplicas: 5, reason: 'the plan; no GPUs are left in the quota' })
  })

  it('sets power caps last, where they differ and nobody has paused them', () => {
    const power = [{ ref: ref('eu-gpus', 'power'), capWatts: 400 }]
    const targets = [target('eu', { power }), target('us')]
    const capped = (powerCapWatts: number, paused = false) => ({
      eu: seen(4),
      us: seen(4),
      'eu-gpus': seen(0, { desired: { powerCapWatts }, paused }),
    })
    expect(told({ targets, observed: capped(700) }).at(-1)).toEqual(['cap', 'eu-gpus', undefined])
    expect(told({ targets, observed: capped(400) }).at(-1)![0]).toBe('scale-down')
    expect(told({ targets, observed: capped(700, true) }).at(-1)![0]).toBe('scale-down')
    expect(told({ targets }).at(-1)![0]).toBe('scale-down')
  })
})
