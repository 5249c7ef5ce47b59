import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { Pool } from '../../services/platform/database/database.ts'
import { againPool } from '../../services/queue/adapters/again-pool.ts'
import { ENGINES } from '../support/engines.ts'

/** Takes two locks, the second once two have taken their first, which a sequence tells at once. */
const LOCK_BOTH = 'select lock_both($1, $2)'
const TO_LOCK_BOTH = `
  create sequence arrival;
  create function lock_both(one bigint, other bigint) returns void language plpgsql as $$
    begin
      perform pg_advisory_xact_lock(one);
      perform nextval('arrival');
      while (select last_value from arrival) < 2 loop
        perform pg_sleep(0.01);
      end loop;
      perform pg_advisory_xact_lock(other);
    end $$`

describe('a pool that runs again what was rolled back', () => {
  for (const engine of ENGINES.filter(({ name }) => name !== 'embedded')) {
    it.skipIf(engine.skip)(`carries both of two that deadlock on ${engine.name}`, async () => {
      const fresh = await engine.open()
      await fresh.db.pool.query(TO_LOCK_BOTH)
      const bothWays = (pool: Pool) =>
        Promise.allSettled([pool.query(LOCK_BOTH, [1, 2]), pool.query(LOCK_BOTH, [2, 1])])
      const statuses = async (pool: Pool) => (await bothWays(pool)).map(({ status }) => status)
      expect((await statuses(fresh.db.pool)).toSorted()).toEqual(['fulfilled', 'rejected'])
      await fresh.db.pool.query('alter sequence arrival restart')
      expect(await statuses(againPool(fresh.db.pool))).toEqual(['fulfilled', 'fulfilled'])
      await fresh.destroy()
    })
  }

  it('is not listened to by every queue that was ever opened', () => {
    const pool = new EventEmitter()
    againPool(pool as unknown as Pool).on('error', () => undefined)
    againPool(pool as unknown as Pool).on('connect', () => undefined)
    expect(pool.eventNames()).toEqual(['connect'])
  })

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
