import { AsyncLocalStorage } from 'node:async_hooks'
import type { Database, Pool, Sql } from './database.ts'
import { named } from './name-error.ts'

/** A `Database` over anything that looks like a `pg.Pool`. */
export function overPool(
  engine: Database['engine'],
  pool: Pool,
  close: () => Promise<void>,
): Database {
  const inTransaction = new AsyncLocalStorage<true>()
  let closing: Promise<void> | undefined

  return {
    engine,
    pool,

    async query<Row>(text: string, params?: readonly unknown[]) {
      if (inTransaction.getStore()) throw new Error(`use the transaction's own query for: ${text}`)
      return (await pool.query<Row>(text, params).catch(named)).rows
    },

    async transaction(work) {
      if (inTransaction.getStore()) throw new Error('transactions do not nest')
      const client = await pool.connect().catch(named)
      const tx: Sql = {
        async query<Row>(text: string, params?: readonly unknown[]) {
          return (await client.query<Row>(text, params).catch(named)).rows
        },
      }
      let broken = false
      try {
        await tx.query('begin')
        const result = await inTransaction.run(true, () => work(tx))
        await tx.query('commit')
        return result
      } catch (error) {
        await client.query('rollback').catch(() => {
          broken = true
        })
        throw error
      } finally {
        client.release(broken)
      }
    },

    close() {
      closing ??= close()
      return closing
    },
  }
}
