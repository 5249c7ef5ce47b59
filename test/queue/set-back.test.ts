import { randomUUID } from 'node:crypto'
import { afterEach, expect, it, vi } from 'vitest'
import { bullmqOn } from '../../services/queue/adapters/bullmq.ts'
import type { JobQueue } from '../../services/queue/index.ts'
import { ENGINES, redisUrl } from '../support/engines.ts'

const HOUR_MS = 3_600_000
const until = <Value>(look: () => Value) => expect.poll(look, { timeout: 15_000, interval: 20 })

afterEach(() => {
  vi.restoreAllMocks()
})

async function strikesOn(queue: JobQueue): Promise<void> {
  let ticks = 0
  await queue.work('tick', async () => {
    ticks += 1
  })
  const schedule = () =>
    queue.schedule('plan', { everyMs: 500 }, { name: 'tick', payload: { clock: 'plan' } })
  const isScheduled = () => queue.isScheduled('tick', 'plan')
  const realNowMs = Date.now
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => realNowMs() + HOUR_MS)
  await schedule()
  await until(() => ticks).toBeGreaterThanOrEqual(2)
  expect(await isScheduled()).toBe(true)
  clock.mockRestore()
  await until(isScheduled).toBe(false)
  await schedule()
  const before = ticks
  await until(() => ticks).toBeGreaterThanOrEqual(before + 2)
  expect(await isScheduled()).toBe(true)
}

it.skipIf(!redisUrl)('a clock on Redis strikes on after its time was set back', async () => {
  const queue = await bullmqOn({ redisUrl: redisUrl! }, { keyPrefix: `test-${randomUUID()}` })
  await strikesOn(queue).finally(() => queue.close(500))
})

for (const { name, skip, open } of ENGINES) {
  it.skipIf(skip)(`a clock on ${name} strikes on after its time was set back`, async () => {
    const { db, destroy } = await open()
    const queue = await bullmqOn({ database: db })
    await strikesOn(queue).finally(() => queue.close(500))
    await destroy()
  })
}
