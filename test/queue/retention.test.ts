import { afterAll, beforeAll, expect, it } from 'vitest'
import { bullmqOn } from '../../services/queue/adapters/bullmq.ts'
import { embeddedEngine, type FreshDatabase } from '../support/engines.ts'

const KEEP = { completed: 20, dead: 5 }
const JOBS = 1_000
/** BullMQ trims the stream of events now and then, and keeps 1,000 of a queue. */
const MOST_EVENTS = 1_200

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await embeddedEngine.open()
})
afterAll(() => fresh?.destroy())

it('lets no table of the queue grow with the jobs that it has run', async () => {
  const queue = await bullmqOn({ database: fresh.db }, { keep: KEEP })
  let ran = 0
  await queue.work('account', async ({ windowStartMs }) => {
    ran++
    if (windowStartMs % 10 === 0) throw new Error('no')
  })
  await queue.schedule(
    'clock',
    { everyMs: 100 },
    { name: 'account', payload: { windowStartMs: 1 } },
  )
  for (let windowStartMs = 1; windowStartMs <= JOBS; windowStartMs++) {
    const id = `w${windowStartMs}`
    await queue.add({ name: 'account', payload: { windowStartMs }, id, attempts: 1 })
  }
  await expect.poll(() => ran).toBeGreaterThanOrEqual(JOBS)
  await expect.poll(async () => (await queue.counts('account')).active).toBe(0)
  await queue.unschedule('account', 'clock')
  const tables = await fresh.db.query<{ name: string }>(
    `select table_name::text as name from information_schema.tables where table_schema = 'bullmq'`,
  )
  const rows: Record<string, number> = {}
  for (const { name } of tables) {
    const [row] = await fresh.db.query<{ n: number }>(`select count(*) as n from bullmq."${name}"`)
    rows[name] = row!.n
  }
  const { job, event, ...others } = rows
  expect(job).toBeLessThanOrEqual(KEEP.completed + KEEP.dead + 2)
  expect(event).toBeLessThanOrEqual(MOST_EVENTS)
  for (const [table, count] of Object.entries(others)) expect(count, table).toBeLessThan(20)
  await queue.close(500)
}, 120_000)
