import { Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'
import { bullmqOn } from '../../services/queue/adapters/bullmq.ts'
import { beginAgainIfStill, beginWork } from '../../workers/begin-work.ts'
import { redisUrl } from '../support/engines.ts'

describe.skipIf(!redisUrl)('a Redis that was emptied (needs redis-server)', () => {
  const url = `${redisUrl}/7` // a database of its own, that may be emptied
  const server = new Redis(url, { lazyConnect: true })
  afterAll(() => server.disconnect())

  it('is given its clocks and a first tick again, once', async () => {
    await server.flushdb()
    const queue = await bullmqOn({ redisUrl: url })
    let nowMs = 1_000
    const beginning = { queue, models: ['llama'], tickMs: 600_000, nowMs: () => nowMs }
    // A clock that begins may beat at once, beside the first tick.
    const someWait = async () => [
      (await queue.counts('tick')).waiting > 0,
      (await queue.counts('refit-models')).waiting > 0,
    ]
    await beginWork(beginning)
    expect(await beginAgainIfStill(beginning)).toBe(false)
    expect(await someWait()).toEqual([true, true])

    await server.flushdb()
    expect(await someWait()).toEqual([false, false])
    nowMs = 2_000
    expect(await beginAgainIfStill(beginning)).toBe(true)
    expect(await beginAgainIfStill(beginning)).toBe(false)
    expect(await someWait()).toEqual([true, true])
    expect(await queue.isScheduled('notify-change', 'relay')).toBe(true)
    await queue.close(500)
  })
})
