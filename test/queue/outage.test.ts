import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPostgres } from '../../services/platform/database/postgres.ts'
import { bullmqOn } from '../../services/queue/adapters/bullmq.ts'
import type { JobQueue } from '../../services/queue/index.ts'
import { freshServerDatabase, postgresEngine, redisUrl } from '../support/engines.ts'
import { redisServer } from '../support/redis-server.ts'

const QUICK = { lockMs: 2_000, stalledCheckMs: 500 }
const job = (windowStartMs: number) =>
  ({ name: 'account', payload: { windowStartMs }, id: `w${windowStartMs}` }) as const
const until = <Value>(look: () => Value) => expect.poll(look, { interval: 50 })

describe.skipIf(!redisUrl)('Redis goes away and comes back (needs redis-server)', () => {
  let server: Awaited<ReturnType<typeof redisServer>>
  let queue: JobQueue
  const ran: number[] = []

  beforeAll(async () => {
    server = await redisServer()
    queue = await bullmqOn({ redisUrl: server.url }, QUICK)
    await queue.work('account', async ({ windowStartMs }) => {
      ran.push(windowStartMs)
    })
  })
  afterAll(async () => {
    await queue?.close(500)
    await server?.destroy()
  })

  it('keeps what it accepted, refuses the rest at once, and goes on by itself', async () => {
    await queue.add(job(1))
    await until(() => ran).toEqual([1])
    await queue.add({ ...job(2), delayMs: 2_000 })

    await server.kill()
    const startMs = performance.now()
    const refused = queue.add(job(3))
    await expect(refused).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true })
    expect(performance.now() - startMs).toBeLessThan(6_000)
    await expect(queue.counts('account')).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })

    await server.start()
    await until(() => ran).toEqual([1, 2])
    await until(() =>
      queue.add(job(4)).then(
        () => 'taken',
        () => 'refused',
      ),
    ).toBe('taken')
    await until(() => ran).toEqual([1, 2, 4])
  })

  it('refuses while Redis hangs, and goes on once it answers', async () => {
    await until(() =>
      queue.counts('account').then(
        () => 'there',
        () => 'away',
      ),
    ).toBe('there')
    const before = [...ran]
    server.freeze()
    const startMs = performance.now()
    const asked = await Promise.allSettled([queue.add(job(5)), queue.counts('account')])
    const refused = { status: 'rejected', reason: { code: 'UPSTREAM_UNAVAILABLE' } }
    expect(asked).toMatchObject([refused, refused])
    expect(performance.now() - startMs).toBeLessThan(12_000) // those who ask have 5 s
    server.thaw()
    await until(() =>
      queue.add(job(6)).then(
        () => 'taken',
        () => 'refused',
      ),
    ).toBe('taken')
    // What was refused may have been taken all the same: no answer is not a no.
    await until(() => ran.filter((one) => one !== 5)).toEqual([...before, 6])
  })

  it('is said to be away when nobody answers at the start', async () => {
    const nobody = bullmqOn({ redisUrl: 'redis://me:hush@127.0.0.1:1' })
    await expect(nobody).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    await expect(nobody).rejects.not.toThrow(/hush/)
  })
})

describe.skipIf(postgresEngine.skip)(
  `PostgreSQL goes away and comes back ${postgresEngine.skip ?? ''}`,
  () => {
    it('keeps what it accepted, refuses the rest, and goes on by itself', async () => {
      const { url, drop } = await freshServerDatabase()
      const database = openPostgres(url)
      const queue = await bullmqOn({ database }, QUICK)
      const ran: number[] = []
      await queue.work('account', async ({ windowStartMs }) => {
        ran.push(windowStartMs)
      })
      await queue.add(job(1))
      await until(() => ran).toEqual([1])
      await queue.add({ ...job(2), delayMs: 1_500 })

      // As if the server had gone: every connection ends, and no new one is taken.
      const admin = openPostgres(process.env.TEST_DATABASE_URL!, { maxConnections: 1 })
      const name = new URL(url).pathname.slice(1)
      await admin.query(`alter database ${name} allow_connections false`)
      const end = 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1'
      await admin.query(end, [name])
      const away = { code: 'UPSTREAM_UNAVAILABLE', retryable: true }
      await expect(queue.add(job(3))).rejects.toMatchObject(away)
      await expect(queue.board('/admin/queues')).rejects.toMatchObject(away)
      await expect(database.query('select 1')).rejects.toMatchObject(away)
      await expect(database.transaction(async () => 1)).rejects.toMatchObject(away)

      await admin.query(`alter database ${name} allow_connections true`)
      await until(() => ran).toEqual([1, 2])
      await queue.add(job(4))
      await until(() => ran).toEqual([1, 2, 4])
      await queue.close(500)
      await database.close()
      await admin.close()
      await drop()
    })
  },
)
