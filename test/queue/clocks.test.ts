import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { bullmqOn } from '../../services/queue/adapters/bullmq.ts'
import { compareClocks, type JobQueue } from '../../services/queue/index.ts'
import { ENGINES, redisUrl } from '../support/engines.ts'

const HOUR_MS = 3_600_000
const until = <Value>(look: () => Value) => expect.poll(look, { interval: 20 })
const realNowMs = Date.now

/** A queue on each server that has a clock of its own, and how to be rid of it. */
const SERVERS = [
  ...ENGINES.filter(({ name }) => name !== 'embedded').map((engine) => ({
    ...engine,
    async start() {
      const { db, destroy } = await engine.open()
      return { queue: await bullmqOn({ database: db }), stop: destroy }
    },
  })),
  {
    name: 'redis',
    skip: redisUrl ? undefined : 'TEST_REDIS_URL is not set',
    async start() {
      const options = { keyPrefix: `test-${randomUUID()}` }
      return {
        queue: await bullmqOn({ redisUrl: redisUrl! }, options),
        stop: async () => undefined,
      }
    },
  },
]

function comparison(queue: Pick<JobQueue, 'serverTimeMs'>, nowMs: () => number) {
  const warn = vi.fn()
  const observe = vi.fn()
  return { look: compareClocks({ queue, nowMs, warn, observe }), warn, observe }
}

describe.each(SERVERS)('the clock of $name and ours', ({ skip, start }) => {
  let stops: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    vi.restoreAllMocks()
    for (const stop of stops.reverse()) await stop()
    stops = []
  })
  const open = async () => {
    const { queue, stop } = await start()
    stops.push(stop, () => queue.close(500))
    return queue
  }

  it.skipIf(skip)('are compared, and said to be apart once each time that they are', async () => {
    const queue = await open()
    let aheadMs = 0
    const { look, warn, observe } = comparison(queue, () => realNowMs() + aheadMs)
    expect(await look()).toBeUndefined()
    expect(Math.abs(observe.mock.lastCall![0])).toBeLessThan(60)
    aheadMs = HOUR_MS
    expect(await look()).toMatch(/^the clock of the queue's server is 3[56]\d\d\.\d s behind ours$/)
    expect(await look()).toMatch(/behind/)
    expect(observe.mock.lastCall![0]).toBeLessThan(-3_500)
    expect(warn).toHaveBeenCalledTimes(1)
    aheadMs = 0
    expect(await look()).toBeUndefined()
    aheadMs = -HOUR_MS
    expect(await look()).toMatch(/ahead of ours/)
    expect(warn).toHaveBeenCalledTimes(2)
  })

  it.skipIf(skip).each([HOUR_MS, -HOUR_MS])(
    'may be %d ms apart: jobs run all the same',
    async (aheadMs) => {
      vi.spyOn(Date, 'now').mockImplementation(() => realNowMs() + aheadMs)
      const queue = await open()
      const ran: string[] = []
      await queue.work('tick', async ({ clock }) => void ran.push(clock))
      await queue.add({ name: 'tick', payload: { clock: 'now' }, id: 'n' })
      await until(() => ran).toEqual(['now'])
      const addedMs = performance.now()
      await queue.add({ name: 'tick', payload: { clock: 'later' }, id: 'l', delayMs: 800 })
      await until(() => ran).toEqual(['now', 'later'])
      expect(performance.now() - addedMs).toBeGreaterThan(790)
      await queue.schedule('beat', { everyMs: 200 }, { name: 'tick', payload: { clock: 'beat' } })
      await until(() => ran.length).toBeGreaterThan(4)
      await queue.unschedule('tick', 'beat')
    },
  )
})

it('are one where the queue is in this process, and a long way there proves nothing', async () => {
  const own = comparison({ serverTimeMs: async () => undefined }, () => 5_000)
  expect(await own.look()).toBeUndefined()
  expect(own.observe).not.toHaveBeenCalled()
  let nowMs = 0
  const slow = async () => {
    nowMs += 10_000
    return 9_000
  }
  const { look, observe } = comparison({ serverTimeMs: slow }, () => nowMs)
  expect(await look()).toBeUndefined()
  expect(observe).toHaveBeenCalledWith(4)
})
