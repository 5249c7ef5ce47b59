import { beforeEach, describe, expect, it } from 'vitest'
import { type Desired, exactly } from '../../services/actuation/index.ts'
import {
  Conflict,
  Fenced,
  Forbidden,
  ForeignOwner,
  InvalidInput,
  Unsupported,
} from '../../services/domain/errors.ts'
import { contextOf } from '../contracts/inference-backend.contract.ts'
import { sighting } from './sighting.ts'
import {
  applyTo,
  asked,
  remembered,
  type ToyWorld,
  target,
  toyBackend,
  toyWorld,
} from './toy-backend.ts'

const four: Desired = { replicas: exactly(4) }

let world: ToyWorld

beforeEach(() => {
  world = toyWorld()
})

describe('a backend that is told something', () => {
  it('is told what differs, after that was remembered, on the sighting it was decided on', async () => {
    const receipt = await applyTo(world, { ...four, powerCapWatts: 400 })
    expect(world.calls.map(([what]) => what)).toEqual(['read', 'remember', 'write', 'read'])
    expect(asked(world, 'write')).toEqual([
      ['write', { ...four, powerCapWatts: 400 }, 'raw v2', 'plan-7/step-1'],
    ])
    expect(asked(world, 'remember')).toEqual([
      [
        'remember',
        target.id,
        {
          fence: 7,
          planVersion: '7',
          idempotencyKey: 'plan-7/step-1',
          before: { replicas: exactly(2) },
          applied: { ...four, powerCapWatts: 400 },
          atMs: 5_000,
        },
      ],
    ])
    expect(receipt).toEqual({
      targetId: target.id,
      idempotencyKey: 'plan-7/step-1',
      before: { replicas: exactly(2) },
      after: { ...four, powerCapWatts: 400 },
      version: 'after',
      effect: 'accepted',
      mode: 'bounds',
      warnings: ['slow'],
      atMs: 5_000,
    })
  })

  it('is not looked at again where the answer names its version', async () => {
    const write = async () => ({ mode: 'direct', warnings: [], version: 'named' }) as const
    const receipt = await toyBackend(world, { write }).apply(target, four, contextOf())
    expect(receipt.version).toBe('named')
    expect(asked(world, 'read')).toHaveLength(1)
  })

  it('is told nothing where nothing differs', async () => {
    world.seen = sighting(4, { version: 'v4' })
    expect(await applyTo(world, four)).toEqual({
      targetId: target.id,
      idempotencyKey: 'plan-7/step-1',
      before: four,
      after: four,
      version: 'v4',
      effect: 'noop',
      mode: 'direct',
      warnings: [],
      atMs: 5_000,
    })
    expect(world.calls.map(([what]) => what)).toEqual(['read'])
  })

  it('is told again what it shows, where it was told something else last', async () => {
    world.seen = sighting(4)
    world.memory = remembered({ applied: { replicas: exactly(2), powerCapWatts: 300 } })
    await applyTo(world, four)
    expect(asked(world, 'write').map(([, desired]) => desired)).toEqual([four])
    // What it was like before our first write stays the way back.
    const [[, , entry] = []] = asked(world, 'remember')
    expect(entry).toMatchObject({
      before: { replicas: exactly(1) },
      applied: { ...four, powerCapWatts: 300 },
    })
  })

  it('is told only the fields that are not so already', async () => {
    world.seen = sighting(4, { desired: { ...four, powerCapWatts: 700 } })
    world.memory = remembered({ applied: { ...four } })
    await applyTo(world, { ...four, powerCapWatts: 400 })
    expect(asked(world, 'write').map(([, desired]) => desired)).toEqual([{ powerCapWatts: 400 }])
  })
})

describe('a backend that may not be told', () => {
  const refused = async (promise: Promise<unknown>, kind: unknown, words: RegExp) => {
    await expect(promise).rejects.toBeInstanceOf(kind)
    await expect(promise).rejects.toThrow(words)
    expect([...asked(world, 'write'), ...asked(world, 'release')]).toEqual([])
  }

  it('is not what it cannot do, nor what nobody can be told', async () => {
    await refused(
      applyTo(world, { engine: 'sleep-1' }),
      Unsupported,
      /here\/llama\/p: toy cannot set engine/,
    )
    await refused(applyTo(world, { replicas: { min: 3, max: 1 } }), InvalidInput, /replicas/)
    expect(world.calls).toEqual([])
  })

  it('is not by an older planner than it has seen, or than we remember', async () => {
    world.seen = sighting(2, { fence: 9 })
    await refused(applyTo(world, four), Fenced, /here\/llama\/p: fence 7 is older than 9$/)
    world.seen = sighting(2)
    world.memory = remembered({ fence: 8 })
    await refused(applyTo(world, four), Fenced, /fence 7 is older than 8$/)
    world.seen = sighting(2, { fence: 7 })
    world.memory = remembered({ fence: 7 })
    expect((await applyTo(world, four)).effect).toBe('accepted')
  })

  it('is not where a newer planner came in between', async () => {
    world.refusesMemory = true
    await refused(applyTo(world, four), Fenced, /fence 7 is older than the one in force$/)
  })

  it('is not while a person has paused it', async () => {
    world.seen = sighting(2, { paused: true })
    await refused(
      applyTo(world, four),
      Forbidden,
      /here\/llama\/p: paused by a person at the target/,
    )
  })

  it('is not once it has moved on from what was decided on', async () => {
    const words = /here\/llama\/p: decided on version v1, now at v2/
    await refused(applyTo(world, four, { ifVersion: 'v1' }), Conflict, words)
    expect((await applyTo(world, four, { ifVersion: 'v2' })).effect).toBe('accepted')
  })

  it('is not after it was called off', async () => {
    const abort = AbortSignal.abort(new Error('called off'))
    await refused(applyTo(world, four, { abort }), Error, /called off/)
    expect(world.calls).toEqual([])
  })

  it('is not beside an autoscaler, unless its bounds may be set; nor beside two', async () => {
    const hpa = { who: 'hpa/llama', how: 'hpa', field: 'replicas' } as const
    const keda = { who: 'keda/llama', how: 'keda', field: 'replicas' } as const
    const person = { who: 'helm', how: 'human', field: 'replicas' } as const
    for (const owner of [hpa, keda]) {
      world.seen = sighting(2, { owners: [person, owner] })
      const words = new RegExp(`here/llama/p: ${owner.who} steers it and would revert us`)
      await refused(applyTo(world, four, { onForeignOwner: 'fail' }), ForeignOwner, words)
      expect((await applyTo(world, four, { onForeignOwner: 'bounds' })).effect).toBe('accepted')
      world.calls = []
    }
    world.seen = sighting(2, { owners: [hpa, keda] })
    const words = /here\/llama\/p: hpa\/llama and keda\/llama fight over it/
    await refused(applyTo(world, four, { onForeignOwner: 'force' }), ForeignOwner, words)
    world.seen = sighting(2, { owners: [person] })
    expect((await applyTo(world, four, { onForeignOwner: 'fail' })).effect).toBe('accepted')
  })
})

describe('a dry run', () => {
  it('asks nobody where only we can judge', async () => {
    expect(await applyTo(world, four, { dryRun: true })).toMatchObject({
      effect: 'would-accept',
      mode: 'direct',
      warnings: [],
      version: 'v2',
    })
    expect(world.calls.map(([what]) => what)).toEqual(['read'])
  })

  it('asks the far side where that can judge, and remembers nothing', async () => {
    const receipt = await toyBackend(world, { dryRun: 'server' }).apply(
      target,
      four,
      contextOf({ dryRun: true }),
    )
    expect(receipt).toMatchObject({ effect: 'would-accept', mode: 'bounds', warnings: ['slow'] })
    expect(asked(world, 'write')).toHaveLength(1)
    expect(asked(world, 'remember')).toEqual([])
  })
})
