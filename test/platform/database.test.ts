import { describe, expect, it } from 'vitest'
import { openPostgres } from '../../services/platform/database/postgres.ts'
import { describeDatabase } from '../contracts/database.contract.ts'
import { ENGINES, freshServerDatabase, postgresEngine } from '../support/engines.ts'

for (const engine of ENGINES) describeDatabase(engine)

describe.skipIf(postgresEngine.skip)(`PostgreSQL drops a borrowed connection`, () => {
  it('fails the transaction whose connection died between two queries, and nothing else', async () => {
    const { url, drop } = await freshServerDatabase()
    const database = openPostgres(url)
    const admin = openPostgres(url, { maxConnections: 1 })
    let connection: NodeJS.EventEmitter | undefined
    ;(database.pool as unknown as NodeJS.EventEmitter).once('acquire', (client) => {
      connection = client
    })

    const dropped = database.transaction(async (tx) => {
      const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid')
      // Not events.once: it would listen for the very error that nobody listens for.
      const ended = new Promise((resolve) => connection!.once('end', resolve))
      await admin.query('select pg_terminate_backend($1)', [row!.pid])
      await ended
      await tx.query('select 1')
    })

    await expect(dropped).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true })
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }])
    await Promise.all([database.close(), admin.close()])
    await drop()
  })
})
