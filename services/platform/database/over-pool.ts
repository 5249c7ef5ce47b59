import { AsyncLocalStorage } from 'node:async_hooks'
import type { Database, Pool, Sql } from './database.ts'
import { isAway, named } from './name-error.ts'

/**
 * A `Database` over anything that looks like a `pg.Pool`.
 *
 * @param patient the same with longer waits; absent where this one waits as long as it takes
 */
export function overPool(
  engine: Database['engine'],
  pool: Pool,
  close: () => Promise<void>,
  patient?: Database,
): Database {
  const inTransaction = new AsyncLocalStorage<true>()
  let closing: Promise<void> | undefined

  const database: Database = {
    engine,
    pool,
    get patient() {
      return patient ?? database
    },

    async query<Row>(text: string, params?: readonly unknown[]) {
      if (inTransaction.getStore()) throw new Error(`use the transaction's own query for: ${text}`)
      return (await pool.query<Row>(text, params).catch(named)).rows
    },

    async transaction(work) {
      if (inTransaction.getStore()) throw new Error('transactions do not nest')
      const client = await pool.connect().catch(named)
      let drop = false
      const tx: Sql = {
        async query<Row>(text: string, params?: readonly unknown[]) {
          const answer = await client.query<Row>(text, params).catch((error: unknown) => {
            drop ||= isAway(error)
            return named(error)
          })
          return answer.rows
        },
      }
      try {
        await tx.query('begin')
        const result = await inTransaction.run(true, () => work(tx))
        await tx.query('commit')
        return result
      } catch (error) {
        // One that does not answer is dropped, which rolls back too: to ask would be to wait again.
        if (!drop) {
          await client.query('rollback').catch(() => {
            drop = true
          })
        }
        throw error
      } finally {
        client.release(drop)
      }
    },

    close() {
      closing ??= close()
      return closing
    },
  }
  return database
}
