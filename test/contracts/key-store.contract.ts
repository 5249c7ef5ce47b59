import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KeyStore, StoredKey } from '../../services/keys/index.ts'
import type { Database } from '../../services/platform/database/database.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import type { Engine, FreshDatabase } from '../support/engines.ts'

const aKey = (prefix: string, more: Partial<StoredKey> = {}): StoredKey => ({
  prefix,
  proof: 'scrypt$c2FsdA$aGFzaA',
  tenant: 'acme',
  label: 'ci',
  scopes: ['read', 'plan'],
  createdAtMs: 1000,
  ...more,
})

/** What every key store promises. */
export function describeKeyStore(engine: Engine, make: (db: Database) => KeyStore): void {
  describe.skipIf(engine.skip)(`key store: ${engine.name} ${engine.skip ?? ''}`, () => {
    let fresh: FreshDatabase
    let keys: KeyStore
    beforeAll(async () => {
      fresh = await engine.open()
      await migrate(fresh.db)
      keys = make(fresh.db)
    })
    afterAll(() => fresh.destroy())

    it('is empty, then is not', async () => {
      expect(await keys.isEmpty('acme')).toBe(true)
      await keys.add(aKey('00000001'))
      expect(await keys.isEmpty('acme')).toBe(false)
      expect(await keys.isEmpty('other')).toBe(true)
    })

    it('takes one first key of a tenant, of however many come at once', async () => {
      const firsts = Array.from({ length: 8 }, (_, n) => aKey(`ffff000${n}`, { tenant: 'new' }))
      const took = await Promise.all(firsts.map((key) => keys.addFirst(key)))
      expect(took.filter(Boolean)).toHaveLength(1)
      expect(await keys.list('new')).toHaveLength(1)
      expect(await keys.addFirst(aKey('ffff0009'))).toBe(false)
    })

    it('finds what was added, as it was', async () => {
      const key = aKey('00000002', { expiresAtMs: 5000, label: "x'; drop table api_key; --" })
      await keys.add(key)
      expect(await keys.find('00000002')).toEqual(key)
      expect(await keys.find('ffffffff')).toBeUndefined()
    })

    it('refuses a prefix twice', async () => {
      await expect(keys.add(aKey('00000001', { tenant: 'other' }))).rejects.toThrow(
        'exists already',
      )
    })

    it('shows and changes the keys of one tenant only', async () => {
      await keys.add(aKey('00000003', { tenant: 'other', createdAtMs: 2000 }))
      expect((await keys.list('other')).map(({ prefix }) => prefix)).toEqual(['00000003'])
      expect((await keys.list('acme')).map(({ prefix }) => prefix)).not.toContain('00000003')
      await expect(keys.revoke('acme', '00000003', 9)).rejects.toThrow('there is no key')
      await expect(keys.expire('acme', '00000003', 9)).rejects.toThrow('there is no key')
      expect(await keys.find('00000003')).not.toHaveProperty('revokedAtMs')
    })

    it('tells of each key that it ends, and of no other', async () => {
      const ended: string[] = []
      keys.whenEnded((prefix) => ended.push(prefix))
      await keys.add(aKey('00000005'))
      await keys.add(aKey('00000006'))
      await keys.revoke('acme', '00000005', 9)
      await keys.expire('acme', '00000006', 9)
      await expect(keys.revoke('other', '00000006', 9)).rejects.toThrow('there is no key')
      expect(ended).toEqual(['00000005', '00000006'])
    })

    it('puts the key of a request that is made again in place of the one that nobody saw', async () => {
      expect(await keys.wasMade('acme', 'once')).toBe(false)
      await keys.add(aKey('0000000a'), 'once')
      await keys.add(aKey('0000000b'), 'once')
      expect(await keys.find('0000000a')).toBeUndefined()
      expect(await keys.find('0000000b')).toEqual(aKey('0000000b'))
      expect(await keys.wasMade('acme', 'once')).toBe(true)
      expect(await keys.wasMade('other', 'once')).toBe(false)
    })

    it('forgets what has ended long ago, and never the newest of a tenant', async () => {
      await keys.add(aKey('0000000f', { tenant: 'gone', expiresAtMs: 100 }))
      await keys.add(aKey('0000000c', { expiresAtMs: 100, createdAtMs: 9000 }))
      await keys.add(aKey('0000000d', { revokedAtMs: 100 }))
      await keys.add(aKey('0000000e', { expiresAtMs: 300 }))
      expect(await keys.forget(200)).toBeGreaterThanOrEqual(1)
      expect(await keys.find('0000000c')).toBeDefined()
      expect(await keys.find('0000000d')).toBeUndefined()
      expect(await keys.find('0000000e')).toBeDefined()
      expect(await keys.find('0000000f')).toBeDefined()
    })

    it('only ever shortens a life', async () => {
      await keys.add(aKey('00000004'))
      expect((await keys.expire('acme', '00000004', 7000)).expiresAtMs).toBe(7000)
      expect((await keys.expire('acme', '00000004', 9000)).expiresAtMs).toBe(7000)
      expect((await keys.revoke('acme', '00000004', 6000)).revokedAtMs).toBe(6000)
      expect((await keys.revoke('acme', '00000004', 8000)).revokedAtMs).toBe(6000)
    })
  })
}
