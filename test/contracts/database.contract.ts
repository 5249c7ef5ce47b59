import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '../../services/platform/database/migrate.ts'
import type { Engine, FreshDatabase } from '../support/engines.ts'

/** What every database engine promises. */
export function describeDatabase(engine: Engine): void {
  describe.skipIf(engine.skip)(`database: ${engine.name} ${engine.skip ?? ''}`, () => {
    let fresh: FreshDatabase

    beforeAll(async () => {
      fresh = await engine.open()
      await migrate(fresh.db)
      await fresh.db.query('create table note (id bigint primary key, words text, bytes bytea)')
    })
    afterAll(() => fresh?.destroy())

    it('migrates once, whoever else starts at the same time', async () => {
      const again = await Promise.all([migrate(fresh.db), migrate(fresh.db)])
      expect(again).toEqual([[], []])
      const rows = await fresh.db.query<{ name: string }>('select name from schema_migration')
      expect(rows.map(({ name }) => name)).toContain('0001-foundation.sql')
    })

    it('answers with the same JavaScript types', async () => {
      const [row] = await fresh.db.query(
        `select 9007199254740991::bigint as big, 7::int as small, '{"a":[1]}'::jsonb as json,
                $1::bytea as bytes, null as nothing, 1.5::float8 as real, $2::text[] as list`,
        [Uint8Array.of(0, 255), ['x', 'y']],
      )
      expect({ ...row, bytes: [...(row!.bytes as Uint8Array)] }).toEqual({
        big: 9007199254740991,
        small: 7,
        json: { a: [1] },
        bytes: [0, 255],
        nothing: null,
        real: 1.5,
        list: ['x', 'y'],
      })
    })

    it('keeps all of a transaction, or nothing', async () => {
      await fresh.db.transaction(async (tx) => {
        await tx.query(`insert into note values (1, 'kept')`)
      })
      const failing = fresh.db.transaction(async (tx) => {
        await tx.query(`insert into note values (2, 'dropped')`)
        throw new Error('changed my mind')
      })
      await expect(failing).rejects.toThrow('changed my mind')
      const rows = await fresh.db.query('select id from note order by id')
      expect(rows).toEqual([{ id: 1 }])
    })

    it('works on after a statement that fails inside a transaction', async () => {
      const failing = fresh.db.transaction((tx) => tx.query('select * from no_such_table'))
      await expect(failing).rejects.toMatchObject({ code: '42P01' })
      expect(await fresh.db.query('select 1 as one')).toEqual([{ one: 1 }])
    })

    it('never lets another query into an open transaction', async () => {
      await fresh.db.query('create table counter (value int)')
      await fresh.db.query('insert into counter values (0)')
      const increment = () =>
        fresh.db.transaction(async (tx) => {
          const [row] = await tx.query<{ value: number }>('select value from counter for update')
          await new Promise((resolve) => setTimeout(resolve, 1))
          await tx.query('update counter set value = $1', [row!.value + 1])
        })
      const noise = () => fresh.db.query('select count(*) from note')
      await Promise.all(Array.from({ length: 20 }, () => [increment(), noise()]).flat())
      expect(await fresh.db.query('select value from counter')).toEqual([{ value: 20 }])
    })

    it('refuses the deadlock of a query that waits for its own transaction', async () => {
      const nested = fresh.db.transaction(() => fresh.db.query('select 1'))
      await expect(nested).rejects.toThrow(/transaction's own query/)
      const twice = fresh.db.transaction(() => fresh.db.transaction(async () => 1))
      await expect(twice).rejects.toThrow(/do not nest/)
    })

    it('wakes the listeners of a channel, and no others', async () => {
      const listener = await fresh.db.pool.connect()
      const heard: (string | undefined)[] = []
      listener.on('notification', ({ channel, payload }) => heard.push(`${channel}=${payload}`))
      await listener.query('-- a comment in front\nLISTEN tide;\n')
      await fresh.db.query(`select pg_notify('tide', 'in'), pg_notify('ebb', 'out')`)
      await expect.poll(() => heard).toEqual(['tide=in'])
      await listener.query('UNLISTEN tide')
      await fresh.db.query(`select pg_notify('tide', 'gone')`)
      await fresh.db.query('select 1')
      expect(heard).toEqual(['tide=in'])
      listener.release(true)
    })

    it('rolls back what a released connection left open', async () => {
      const client = await fresh.db.pool.connect()
      await client.query('BEGIN')
      await client.query(`insert into note values (77, 'left open')`)
      client.release(true)
      expect(await fresh.db.query('select id from note where id = 77')).toEqual([])
    })

    it('shares no table name between our schema and the queue library', async () => {
      const ours = await fresh.db.query<{ name: string }>(
        `select table_name as name from information_schema.tables where table_schema = 'gridtide'`,
      )
      const theirs = 'dedup dedup_next event job job_dependency job_log meta metrics migration'
        .concat(' rate_limit relay_inbox relay_node relay_retained relay_subscription scheduler')
        .split(' ')
      expect(ours.filter(({ name }) => theirs.includes(name))).toEqual([])
      expect(ours.length).toBeGreaterThan(5)
    })

    it('still knows everything after a restart', async () => {
      await fresh.db.query(`insert into note values (5, 'before')`)
      const db = await fresh.reopen()
      expect(await db.query('select words from note where id = 5')).toEqual([{ words: 'before' }])
    })

    it('says that it is away, once closed', async () => {
      const other = await engine.open()
      await other.destroy()
      await expect(other.db.query('select 1')).rejects.toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
        retryable: true,
      })
    })
  })
}
