import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryAuditLog } from '../../services/actuation/adapters/memory-audit-log.ts'
import { memoryKnownGood } from '../../services/actuation/adapters/memory-known-good.ts'
import { memoryShiftStore } from '../../services/actuation/adapters/memory-shift-store.ts'
import { memoryTargetMemory } from '../../services/actuation/adapters/memory-target-memory.ts'
import { sqlAuditLog } from '../../services/actuation/adapters/sql-audit-log.ts'
import { sqlKnownGood } from '../../services/actuation/adapters/sql-known-good.ts'
import { sqlLeases } from '../../services/actuation/adapters/sql-lease.ts'
import { sqlShiftStore } from '../../services/actuation/adapters/sql-shift-store.ts'
import { sqlTargetMemory } from '../../services/actuation/adapters/sql-target-memory.ts'
import {
  type AuditEntry,
  type AuditLog,
  advance,
  exactly,
  type KnownGood,
  type Remembered,
  type ShiftStore,
  startOf,
  type TargetMemory,
} from '../../services/actuation/index.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { ENGINES, type FreshDatabase } from '../support/engines.ts'

const remembered = (fence: number, replicas: number): Remembered => ({
  fence,
  planVersion: '7',
  idempotencyKey: `k${replicas}`,
  before: { replicas: exactly(1) },
  applied: { replicas: exactly(replicas) },
  atMs: 1_790_000_000_000,
})

async function memoryPromises(memory: TargetMemory): Promise<void> {
  expect(await memory.recall('a')).toBeUndefined()
  expect(await memory.remember('a', remembered(5, 2))).toBe(true)
  expect(await memory.remember('a', remembered(5, 3))).toBe(true)
  expect(await memory.remember('a', remembered(4, 9))).toBe(false)
  expect(await memory.recall('a')).toEqual(remembered(5, 3))
  await memory.remember('b', remembered(8, 1))
  expect(await memory.remember('b', remembered(7, 1))).toBe(false)
  expect(await memory.recall('a')).toEqual(remembered(5, 3))
  const both = await memory.recallAll(['a', 'b', 'c'])
  expect(both).toEqual(
    new Map([
      ['a', remembered(5, 3)],
      ['b', remembered(8, 1)],
    ]),
  )
  expect([...(await memory.recallAll(['b'])).keys()]).toEqual(['b'])
}

async function storePromises(store: ShiftStore): Promise<void> {
  const ref = { id: 'a', kind: 'replicas', region: 'eu', backend: 'x', locator: {} } as const
  const shift = {
    id: 's1',
    planVersion: '7',
    model: 'llama',
    reason: 'cleaner',
    steps: [
      { kind: 'ready', target: ref, desired: {} },
      { kind: 'check-slo', model: 'llama' },
    ],
  } as const
  expect(await store.load('s1')).toBeUndefined()
  const first = startOf(shift, 10)
  expect(await store.save('s1', first)).toBe(true)
  expect(await store.load('s1')).toEqual(first)
  await store.save('s2', startOf(shift, 11))
  expect(await store.unfinished()).toEqual(['s1', 's2'])
  const second = advance(first, { kind: 'done' }, 12)
  expect(await store.save('s1', second)).toBe(true)
  expect(await store.save('s1', second)).toBe(false)
  const third = advance(second, { kind: 'done' }, 13)
  expect(await store.save('s1', third)).toBe(true)
  expect(await store.unfinished()).toEqual(['s2'])
  expect(await store.load('s1')).toMatchObject({ status: 'done', next: 2 })
  const other = startOf({ ...shift, model: 'qwen' }, 20)
  await store.save('s3', other)
  expect(await store.latest(['llama', 'unheard of'])).toEqual(
    new Map([['llama', startOf(shift, 11)]]),
  )
  expect((await store.latest(['llama', 'qwen'])).get('qwen')).toEqual(other)
  // Only s1 has ended, at 13.
  expect(await store.forget(13)).toBe(0)
  expect(await store.forget(14)).toBe(1)
  expect(await store.load('s1')).toBeUndefined()
  expect(await store.unfinished()).toEqual(['s2', 's3'])
}

async function knownGoodPromises(known: KnownGood): Promise<void> {
  expect(await known.all()).toEqual({})
  await known.keep({ a: 3, b: 0 }, 10)
  await known.keep({ a: 4 }, 11)
  expect(await known.all()).toEqual({ a: 4, b: 0 })
  const days = 86_400_000
  await known.keep({ a: 4 }, days)
  expect(await known.forget(days)).toBe(1)
  expect(await known.all()).toEqual({ a: 4 })
}

async function auditPromises(audit: AuditLog): Promise<void> {
  const entry = (atMs: number, over: Partial<AuditEntry> = {}): AuditEntry => ({
    atMs,
    actor: 'worker-1',
    targetId: 'a',
    planVersion: '7',
    idempotencyKey: 'k',
    fence: 3,
    reason: 'the plan',
    before: { replicas: exactly(1) },
    after: { replicas: exactly(2) },
    result: 'accepted',
    ...over,
  })
  await audit.append(entry(100))
  await audit.append(entry(200, { targetId: 'b', result: 'failed', detail: 'CONFLICT: moved' }))
  await audit.append(entry(300, { planVersion: '8' }))
  expect((await audit.find({})).map(({ atMs }) => atMs)).toEqual([300, 200, 100])
  expect(await audit.find({ targetId: 'b' })).toMatchObject([
    entry(200, { targetId: 'b', result: 'failed', detail: 'CONFLICT: moved' }),
  ])
  expect(await audit.find({ planVersion: '8' })).toHaveLength(1)
  expect(await audit.find({ fromMs: 100, toMs: 300 })).toHaveLength(2)
  const [newest] = await audit.find({ limit: 1 })
  expect((await audit.find({ before: newest!.id })).map(({ atMs }) => atMs)).toEqual([200, 100])
  expect((await audit.since(200, ['a', 'b'])).map(({ atMs }) => atMs)).toEqual([300, 200])
  expect(await audit.since(0, ['b'])).toMatchObject([{ targetId: 'b', result: 'failed' }])
  expect(await audit.since(0, [])).toEqual([])
}

describe('in memory', () => {
  it('targets', () => memoryPromises(memoryTargetMemory()))
  it('shifts', () => storePromises(memoryShiftStore()))
  it('audit', () => auditPromises(memoryAuditLog()))
  it('counts known to be good', () => knownGoodPromises(memoryKnownGood()))
})

for (const engine of ENGINES) {
  const title = `on ${engine.name}${engine.skip ? ` (${engine.skip})` : ''}`
  describe.skipIf(engine.skip !== undefined)(title, () => {
    let fresh: FreshDatabase
    beforeAll(async () => {
      fresh = await engine.open()
      await migrate(fresh.db)
    })
    afterAll(() => fresh.destroy())

    it('targets', () => memoryPromises(sqlTargetMemory(fresh.db, 'acme')))
    it('shifts', () => storePromises(sqlShiftStore(fresh.db, 'acme')))

    it('counts known to be good', () => knownGoodPromises(sqlKnownGood(fresh.db, 'default')))

    it('audit, which only grows', async () => {
      await auditPromises(sqlAuditLog(fresh.db, 'acme'))
      await expect(fresh.db.query('delete from actuation_audit')).rejects.toThrow()
      await expect(fresh.db.query('update actuation_audit set at_ms = 0')).rejects.toThrow()
      await expect(fresh.db.query('truncate actuation_audit')).rejects.toThrow('only grows')
      expect(await sqlAuditLog(fresh.db, 'acme').find({})).toHaveLength(3)
    })

    it('audit, of which nothing younger than two years is forgotten', async () => {
      const log = sqlAuditLog(fresh.db, 'old')
      const entry = { actor: 'a', targetId: 'a', planVersion: '7', idempotencyKey: 'k', fence: 3 }
      const twoYearsMs = 731 * 24 * 3_600_000
      const ages = [twoYearsMs + 60_000, twoYearsMs - 2 * 24 * 3_600_000, 0]
      for (const ageMs of ages) {
        const atMs = Date.now() - ageMs
        await log.append({ ...entry, atMs, reason: 'r', after: {}, result: 'accepted' })
      }
      expect(await log.forget(100)).toBe(0)
      expect(await log.forget(Number.MAX_SAFE_INTEGER)).toBe(1)
      expect(await log.find({})).toHaveLength(2)
      // Nor by somebody who says from when on, but not of what is young.
      const removal = fresh.db.transaction(async (tx) => {
        await tx.query(`set local gridtide.forget_audit_before = '9000000000000'`)
        await tx.query(`delete from actuation_audit where tenant = 'old'`)
      })
      await expect(removal).rejects.toThrow('only grows')
      // What was said in one transaction holds in no other.
      await expect(fresh.db.query('delete from actuation_audit')).rejects.toThrow('only grows')
    })

    it('tells of a shift with the save that makes it true, and not with one refused', async () => {
      const store = sqlShiftStore(fresh.db, 'telling')
      const shift = { id: 't', planVersion: '1', model: 'm', reason: 'r', steps: [] } as const
      const happening = (key: string) =>
        ({ type: 'shift.ended', subject: 'model/m', key, occurredAtMs: 5, data: { key } }) as const
      expect(await store.save('t', startOf(shift, 5), [happening('first')])).toBe(true)
      expect(await store.save('t', startOf(shift, 5), [happening('late')])).toBe(false)
      const told = await fresh.db.query("select data from outbox_event where tenant = 'telling'")
      expect(told).toEqual([{ data: { key: 'first' } }])
    })

    it('forgets the lease of a shift with it, and no other', async () => {
      const store = sqlShiftStore(fresh.db, 'moved')
      const leases = sqlLeases(fresh.db, 'moved')
      const shift = { id: 'm-1', planVersion: '1', model: 'm', reason: 'r', steps: [] } as const
      await store.save('m-1', startOf(shift, 5))
      for (const scope of ['shift/m-1', 'shift/m-2']) await leases.acquire(scope, 'a', 1)
      expect(await store.forget(6)).toBe(1)
      const left = await fresh.db.query("select scope from actuation_lease where tenant = 'moved'")
      expect(left).toEqual([{ scope: 'shift/m-2' }])
    })

    it('one holder at a time, and a fence that only grows', async () => {
      const leases = sqlLeases(fresh.db, 'acme')
      const first = await leases.acquire('eu', 'a', 60_000)
      expect(first).toMatchObject({ scope: 'eu', holder: 'a', fence: 1 })
      expect(await leases.acquire('eu', 'b', 60_000)).toBeUndefined()
      expect(await leases.acquire('us', 'b', 60_000)).toMatchObject({ fence: 1 })
      const renewed = await leases.acquire('eu', 'a', 1)
      expect(renewed!.fence).toBe(1)
      await new Promise((resolve) => setTimeout(resolve, 10))
      const taken = await leases.acquire('eu', 'b', 60_000)
      expect(taken).toMatchObject({ holder: 'b', fence: 2 })
      await leases.release(renewed!) // late, and no longer ours
      expect(await leases.acquire('eu', 'a', 60_000)).toBeUndefined()
      await leases.release(taken!)
      expect(await leases.acquire('eu', 'b', 60_000)).toMatchObject({ fence: 3 })
    })
  })
}
