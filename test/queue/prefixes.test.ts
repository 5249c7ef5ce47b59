import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type BullmqOptions, bullmqOn } from '../../services/queue/adapters/bullmq.ts'
import type { JobQueue } from '../../services/queue/index.ts'
import { ENGINES, redisUrl } from '../support/engines.ts'

/** Longer than a worker takes to find what is there for it. */
const LOOK_MS = 500

async function expectApart(open: (options: BullmqOptions) => Promise<JobQueue>): Promise<void> {
  const names = ['one', 'two'].map((name) => `${name}-${randomUUID()}`)
  const [one, two] = await Promise.all(names.map((keyPrefix) => open({ keyPrefix })))
  const ran: string[] = []
  await two!.work('account', async () => ran.push('two'))
  await two!.work('notify-change', async () => ran.push('parent of two'))
  const clock = { name: 'tick', payload: { clock: 'quick' } } as const
  await one!.schedule('quick', { everyMs: 3_600_000 }, clock)
  await one!.add({ name: 'account', payload: { windowStartMs: 1 }, id: 'job' })
  await one!.addFlow({ name: 'notify-change', payload: { cause: 'c' }, id: 'parent' }, [
    { name: 'account', payload: { windowStartMs: 2 }, id: 'child' },
  ])
  await pause(LOOK_MS)
  expect(ran).toEqual([])
  expect(await two!.counts('account')).toMatchObject({ waiting: 0, active: 0 })
  expect(await two!.isScheduled('tick', 'quick')).toBe(false)

  await one!.work('account', async () => ran.push('one'))
  await one!.work('notify-change', async () => ran.push('parent of one'))
  await expect.poll(() => ran).toEqual(['one', 'one', 'parent of one'])
  await Promise.all([one!.close(), two!.close()])
}

describe('services with other prefixes on one server do none of each other’s jobs', () => {
  for (const engine of ENGINES) {
    it.skipIf(engine.skip)(`${engine.name} ${engine.skip ?? ''}`, async () => {
      const { db, destroy } = await engine.open()
      await expectApart((options) => bullmqOn({ database: db }, options))
      await destroy()
    })
  }

  it.skipIf(!redisUrl)('Redis (TEST_REDIS_URL)', () =>
    expectApart((options) => bullmqOn({ redisUrl: redisUrl! }, options)),
  )
})
