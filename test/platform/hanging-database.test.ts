import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appendEvents } from '../../services/notification/index.ts'
import type { Database } from '../../services/platform/database/database.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { openPostgres } from '../../services/platform/database/postgres.ts'
import { bullmqOn } from '../../services/queue/adapters/bullmq.ts'
import { postgresEngine } from '../support/engines.ts'
import { postgresServer } from '../support/postgres-server.ts'

const WAITS = { idleInTransactionMs: 1_000, statementMs: 1_500, answerMs: 2_000 }
const AWAY = { code: 'UPSTREAM_UNAVAILABLE', retryable: true }
const event = (key: string) =>
  ({ type: 'plan.changed', subject: 'plan', key, occurredAtMs: 1, data: {} }) as const
const append = (db: Database, key: string) =>
  db.transaction((tx) => appendEvents(tx, 'acme', [event(key)]))

describe.skipIf(postgresEngine.skip)(`PostgreSQL hangs ${postgresEngine.skip ?? ''}`, () => {
  let server: Awaited<ReturnType<typeof postgresServer>>
  let database: Database
  beforeAll(async () => {
    server = await postgresServer()
    database = openPostgres(server.url, { waits: WAITS })
    await migrate(database)
  })
  afterAll(async () => {
    server?.thaw()
    await database?.close()
    await server?.destroy()
  })

  it('is away after seconds to whoever asks, and is there again once it goes on', async () => {
    const asked = () => database.query('select pg_sleep(0.05)')
    const manyAsked = () => Promise.allSettled(Array.from({ length: 60 }, asked))
    await manyAsked() // connections that are there already, and some that are not
    await server.freeze()
    const startMs = performance.now()
    const [query, transaction, ...rest] = await Promise.allSettled([
      asked(),
      append(database, 'while it hangs'),
      manyAsked(),
    ])
    expect(query).toMatchObject({ status: 'rejected', reason: AWAY })
    expect(transaction).toMatchObject({ status: 'rejected', reason: AWAY })
    expect(rest).toMatchObject([{ status: 'fulfilled' }])
    expect(performance.now() - startMs).toBeLessThan(15_000)

    server.thaw()
    const after = await manyAsked()
    expect(new Set(after.map(({ status }) => status))).toEqual(new Set(['fulfilled']))
    await append(database, 'after')
  })

  it('drops the connection of a transaction that went without an answer', async () => {
    const pids: number[] = []
    const pidOf = async (sql: Pick<Database, 'query'>) => {
      const [row] = await sql.query<{ pid: number }>('select pg_backend_pid() as pid')
      return row!.pid
    }
    const alone = openPostgres(server.url, { maxConnections: 1, waits: WAITS })
    const hung = alone.transaction(async (tx) => {
      pids.push(await pidOf(tx))
      await server.freeze()
      await tx.query('select 1')
    })
    await expect(hung).rejects.toMatchObject(AWAY)
    server.thaw()
    expect(await pidOf(alone)).not.toBe(pids[0])
    await alone.close()
  })

  it('ends a transaction in which a process stands still, so that others can write', async () => {
    const other = openPostgres(server.url, { waits: WAITS })
    let thaw: () => void = () => undefined
    const frozen = new Promise<void>((resolve) => {
      thaw = resolve
    })
    let holds: () => void = () => undefined
    const holding = new Promise<void>((resolve) => {
      holds = resolve
    })
    const standing = database.transaction(async (tx) => {
      await appendEvents(tx, 'acme', [event('never')])
      holds()
      await frozen
    })
    const lost = expect(standing).rejects.toMatchObject(AWAY)
    await holding
    await append(other, 'in the end')
    thaw()
    await lost
    const kept = await other.query<{ n: number }>('select count(*) as n from outbox_event')
    expect(kept).toEqual([{ n: 2 }]) // `after` and `in the end`
    await other.close()
  })

  it('ends a slow statement, and waits for it where one is patient', async () => {
    await expect(database.query('select pg_sleep(3)')).rejects.toMatchObject(AWAY)
    await database.patient.query('select pg_sleep(3)')
  })

  it('holds up no queue for longer, and jobs run once it goes on', async () => {
    const ran: number[] = []
    const job = (windowStartMs: number) =>
      ({ name: 'account', payload: { windowStartMs }, id: `w${windowStartMs}` }) as const
    const queue = await bullmqOn({ database }, { lockMs: 2_000, stalledCheckMs: 500 })
    await queue.work('account', async ({ windowStartMs }) => {
      ran.push(windowStartMs)
    })
    await queue.add(job(1))
    await expect.poll(() => ran).toEqual([1])
    await server.freeze()
    await expect(queue.add(job(2))).rejects.toMatchObject(AWAY)
    await expect(queue.counts('account')).rejects.toMatchObject(AWAY)
    server.thaw()
    await expect
      .poll(() =>
        queue.add(job(3)).then(
          () => 'taken',
          () => 'refused',
        ),
      )
      .toBe('taken')
    // What was refused may have been taken all the same: no answer is not a no.
    await expect.poll(() => ran.filter((one) => one !== 2)).toEqual([1, 3])
    await queue.close(500)
  })
})
