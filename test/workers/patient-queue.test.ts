import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { InvalidInput, UpstreamUnavailable } from '../../services/domain/errors.ts'
import { bullmqOn } from '../../services/queue/adapters/bullmq.ts'
import type { JobQueue } from '../../services/queue/index.ts'
import { beginWork } from '../../workers/begin-work.ts'
import { patientQueue } from '../../workers/patient-queue.ts'
import { redisUrl } from '../support/engines.ts'
import { redisServer } from '../support/redis-server.ts'

const JOB = { name: 'tick', payload: { clock: 'start' }, id: 'start' } as const
const away = new UpstreamUnavailable('no answer', { upstream: 'queue' })

/** A queue that refuses its first calls with these errors. */
const refusing = (...errors: Error[]) => ({
  work: async () => undefined,
  schedule: async () => undefined,
  async add() {
    const error = errors.shift()
    if (error) throw error
  },
})

describe('a queue for the beginning', () => {
  it('asks again where the server does not answer, and says so', async () => {
    const said: string[] = []
    const { signal: ended } = new AbortController()
    const warn = (message: string) => void said.push(message)
    const queue = patientQueue(refusing(away, away), { ended, warn, pauseMs: 1 })
    await queue.add(JOB)
    expect(said).toEqual(Array(2).fill('work does not begin yet: queue: no answer'))
  })

  it('asks no more where the process ends, or where asking again cannot help', async () => {
    const ending = new AbortController()
    const how = { ended: ending.signal, warn: () => ending.abort(), pauseMs: 60_000 }
    await expect(patientQueue(refusing(away, away), how).add(JOB)).rejects.toBe(away)
    const wrong = new InvalidInput('no such job')
    await expect(patientQueue(refusing(wrong), how).add(JOB)).rejects.toBe(wrong)
  })
})

describe.skipIf(!redisUrl)('a Redis that is slow at the start (needs redis-server)', () => {
  let redis: Awaited<ReturnType<typeof redisServer>>
  let queue: JobQueue
  beforeAll(async () => {
    redis = await redisServer()
    queue = await bullmqOn({ redisUrl: redis.url })
  })
  afterAll(async () => {
    await queue?.close(500)
    await redis?.destroy()
  })

  it('holds the beginning up, and does not end it', async () => {
    const admin = new Redis(redis.url)
    await admin.call('client', 'pause', '7000', 'all')
    const patient = patientQueue(queue, {
      ended: new AbortController().signal,
      warn: () => undefined,
    })
    const ticked: string[] = []
    const begun = Promise.all([
      patient.work('tick', async ({ clock }) => void ticked.push(clock)),
      beginWork({ queue: patient, models: ['llama'], tickMs: 600_000, nowMs: () => 1_000 }),
    ])
    await expect(queue.add(JOB)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    await begun
    await expect.poll(() => ticked).toContain('start')
    admin.disconnect()
  })
})
