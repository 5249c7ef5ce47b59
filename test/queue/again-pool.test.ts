import { describe, expect, it } from 'vitest'
import type { Pool } from '../../services/platform/database/database.ts'
import { againPool } from '../../services/queue/adapters/again-pool.ts'
import { ENGINES } from '../support/engines.ts'

/** Takes two locks, the second after the other has had time to take its first. */
const LOCK_BOTH = 'select pg_advisory_xact_lock($1), pg_sleep(0.3), pg_advisory_xact_lock($2)'

describe('a pool that runs again what was rolled back', () => {
  for (const engine of ENGINES.filter(({ name }) => name !== 'embedded')) {
    it.skipIf(engine.skip)(`carries both of two that deadlock on ${engine.name}`, async () => {
      const fresh = await engine.open()
      const bothWays = (pool: Pool) =>
        Promise.allSettled([pool.query(LOCK_BOTH, [1, 2]), pool.query(LOCK_BOTH, [2, 1])])
      const statuses = async (pool: Pool) => (await bothWays(pool)).map(({ status }) => status)
      expect((await statuses(fresh.db.pool)).toSorted()).toEqual(['fulfilled', 'rejected'])
      expect(await statuses(againPool(fresh.db.pool))).toEqual(['fulfilled', 'fulfilled'])
      await fresh.destroy()
    })
  }

  it('gives up in the end, and at once on anything else', async () => {
    let asked = 0
    const failing = (code: string) =>
      againPool({
        query() {
          asked++
          return Promise.reject(Object.assign(new Error('no'), { code }))
        },
      } as unknown as Pool)
    await expect(failing('40P01').query('select 1')).rejects.toThrow('no')
    expect(asked).toBe(5)
    await expect(failing('23505').query('select 1')).rejects.toThrow('no')
    expect(asked).toBe(6)
  })
})
