import { beforeEach, describe, expect, it } from 'vitest'
import type { BackendDriver } from '../../services/actuation/driver.ts'
import { type ApplyContext, exactly } from '../../services/actuation/index.ts'
import { Conflict, Fenced, NotFound } from '../../services/domain/errors.ts'
import { contextOf } from '../contracts/inference-backend.contract.ts'
import { sighting } from './sighting.ts'
import {
  type applyTo,
  asked,
  remembered,
  type ToyWorld,
  target,
  toyBackend,
  toyWorld,
} from './toy-backend.ts'

type Read = BackendDriver<string>['read']

const four = { replicas: exactly(4) }

let world: ToyWorld

beforeEach(() => {
  world = toyWorld()
})

describe('a backend that is given back', () => {
  const release = (context: Partial<ApplyContext> = {}) =>
    toyBackend(world).release(target, contextOf(context))

  it('is as it was found, and keeps the fence, also where a person has paused it', async () => {
    world.memory = remembered()
    world.seen = sighting(2, { paused: true, version: 'v2' })
    await release()
    expect(asked(world, 'release')).toEqual([['release', { replicas: exactly(1) }, 'raw v2']])
    const entry = {
      fence: 7,
      planVersion: '7',
      idempotencyKey: 'plan-7/step-1',
      before: {},
      applied: {},
      atMs: 5_000,
    }
    expect(asked(world, 'remember')).toEqual([['remember', target.id, entry]])
  })

  it('has no image to go back to where it was never told anything', async () => {
    await release()
    world.memory = remembered({ before: {} })
    await release()
    expect(asked(world, 'release').map(([, before]) => before)).toEqual([undefined, undefined])
  })

  it('is not by an older planner, nor on another version, nor in a dry run', async () => {
    world.memory = remembered({ fence: 8 })
    await expect(release()).rejects.toBeInstanceOf(Fenced)
    world.memory = undefined
    world.seen = sighting(2, { fence: 8, version: 'v2' })
    await expect(release()).rejects.toBeInstanceOf(Fenced)
    world.seen = sighting(2, { version: 'v2' })
    await expect(release({ ifVersion: 'v1' })).rejects.toBeInstanceOf(Conflict)
    await release({ dryRun: true })
    expect(asked(world, 'release')).toEqual([])
    world.refusesMemory = true
    await expect(release()).rejects.toBeInstanceOf(Fenced)
  })
})

describe('settling', () => {
  const receipt = { after: four } as Awaited<ReturnType<typeof applyTo>>

  it('looks until the target has arrived', async () => {
    const abort = new AbortController().signal
    let looks = 0
    const read: Read = async (_target, signal) => {
      expect(signal).toBe(abort)
      looks++
      // It says that it stands still before it has begun, and asks for it before it stands still.
      if (looks === 1) world.seen = sighting(2)
      else world.seen = sighting(4, { settled: looks > 2, version: `v${looks}` })
      return { seen: world.seen, raw: '' }
    }
    const settled = await toyBackend(world, { read }).settle(target, receipt, 60_000, abort)
    expect(settled).toMatchObject({ settled: true, version: 'v3' })
    expect(asked(world, 'sleep')).toEqual([
      ['sleep', 300, abort],
      ['sleep', 300, abort],
    ])
  })

  it('gives up at its deadline, and says that it has not arrived, whatever the target says', async () => {
    const settled = await toyBackend(world).settle(target, receipt, 5_400)
    expect(settled.settled).toBe(false)
    expect(asked(world, 'sleep').map(([, ms]) => ms)).toEqual([300, 100])
    world.seen = sighting(4)
    expect((await toyBackend(world).settle(target, receipt, 0)).settled).toBe(true)
  })
})

describe('many at once', () => {
  it('are asked together where the far side can be, and one that cannot be seen is left out', async () => {
    expect(toyBackend(world).observeAll).toBeUndefined()
    const abort = new AbortController().signal
    const read: Read = async ({ id }, signal) => {
      expect(signal).toBe(abort)
      if (id === 'gone') throw new NotFound('gone')
      return { seen: sighting(id.length), raw: '' }
    }
    const together: string[][] = []
    const { observeAll } = toyBackend(world, {
      together: (targets) => {
        together.push(targets.map(({ id }) => id))
        return { read }
      },
    })
    const three = ['a', 'gone', 'bcd'].map((id) => ({ ...target, id }))
    expect(await observeAll!(three, abort)).toEqual({ a: sighting(1), bcd: sighting(3) })
    expect(together).toEqual([['a', 'gone', 'bcd']])
  })

  it('are each observed as the driver reads them', async () => {
    const abort = new AbortController().signal
    expect(await toyBackend(world).observe(target, abort)).toBe(world.seen)
    expect(world.calls).toEqual([['read', target.id, abort]])
    await expect(toyBackend(world).probe(target)).rejects.toBeInstanceOf(NotFound)
    expect(toyBackend(world).type).toBe('toy')
  })
})
