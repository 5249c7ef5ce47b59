import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleChild } from '../support/bundle-child.ts'
import { freshFolder, freshServerDatabase, postgresEngine, redisUrl } from '../support/engines.ts'

const CHILD = new URL('../support/poison-child.ts', import.meta.url).pathname
const MAX_STARTS = 3
const POISON = 2
const HEALTHY = 6

let program: Awaited<ReturnType<typeof bundleChild>>
beforeAll(async () => {
  program = await bundleChild(CHILD)
})
afterAll(() => program.remove())

const MANY = { poison: POISON, healthy: HEALTHY, concurrency: POISON + HEALTHY }

/** Runs worker after worker until one lives to tell the end; all jobs fit into one worker's hands. */
async function runUntilDone(where: object, load: object = MANY) {
  const lines: string[] = []
  let workers = 0
  const options = { ...where, ...load, keyPrefix: `poison-${randomUUID()}`, maxStarts: MAX_STARTS }
  for (; workers < POISON * MAX_STARTS + 1 && lines.at(-1) !== 'end'; workers++) {
    const args = [program.path, JSON.stringify(options)]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    lines.push(...(await text(child.stdout)).trim().split('\n'))
  }
  return { lines, workers }
}

describe('jobs that kill their process', () => {
  const startsOf = (lines: readonly string[], how: 'started' | 'apart', job: number) =>
    lines.filter((line) => line === `${how} ${job}`).length

  const expectParked = (lines: readonly string[], reason: string) => {
    const done = new Set(lines.filter((line) => line.startsWith('done')))
    expect([...done].toSorted()).toEqual([1, 2, 3, 4, 5, 6].map((job) => `done ${job}`))
    expect(lines.filter((line) => line.startsWith('dead')).toSorted()).toEqual([
      `dead 666 ${reason}`,
      `dead 667 ${reason}`,
    ])
    expect(lines.at(-1)).toBe('end')
  }

  /** Where a suspect has a process of its own, a worker dies once of a job and no more. */
  const expectApart = ({ lines, workers }: Awaited<ReturnType<typeof runUntilDone>>) => {
    expectParked(lines, 'a process of its own died while it ran')
    for (const job of [666, 667]) {
      // Taken up together, one of the two may kill before the other begins.
      expect(startsOf(lines, 'started', job)).toBeLessThanOrEqual(1)
      expect(startsOf(lines, 'apart', job)).toBe(2)
    }
    expect(workers).toBeLessThanOrEqual(POISON + 1)
  }

  /** One that fails twice, kills a worker and a process of its own, and would be done then. */
  const UNLUCKY = { poison: 0, healthy: 0, unlucky: true, concurrency: 1 }
  const expectForgiven = ({ lines }: Awaited<ReturnType<typeof runUntilDone>>) =>
    expect(lines).toEqual([
      ...['started 555', 'started 555', 'started 555'],
      ...['apart 555', 'apart 555', 'done 555', 'end'],
    ])

  it('are parked with their reason, and take nobody with them: embedded', async () => {
    const home = await freshFolder()
    const { lines } = await runUntilDone({ home })
    expectParked(lines, 'its process died 3 times while it ran')
    for (const job of [666, 667]) {
      expect(startsOf(lines, 'started', job)).toBeGreaterThan(0)
      expect(startsOf(lines, 'started', job)).toBeLessThanOrEqual(MAX_STARTS)
    }
    await rm(home, { recursive: true, force: true })
  }, 120_000)

  it.skipIf(postgresEngine.skip)(
    'in a process of their own, once a worker has died of them: PostgreSQL (TEST_DATABASE_URL)',
    async () => {
      const { url, drop } = await freshServerDatabase()
      expectApart(await runUntilDone({ home: 'unused', databaseUrl: url }))
      await drop()
    },
    120_000,
  )

  it.skipIf(postgresEngine.skip)(
    'only where their own process has died twice, often as they failed before: PostgreSQL',
    async () => {
      const { url, drop } = await freshServerDatabase()
      expectForgiven(await runUntilDone({ home: 'unused', databaseUrl: url }, UNLUCKY))
      await drop()
    },
    120_000,
  )

  it.skipIf(!redisUrl)(
    'in a process of their own, once a worker has died of them: Redis (TEST_REDIS_URL)',
    async () => {
      const home = await freshFolder()
      expectApart(await runUntilDone({ home, redisUrl }))
      await rm(home, { recursive: true, force: true })
    },
    120_000,
  )

  it.skipIf(!redisUrl)(
    'only where their own process has died twice, often as they failed before: Redis',
    async () => {
      const home = await freshFolder()
      expectForgiven(await runUntilDone({ home, redisUrl }, UNLUCKY))
      await rm(home, { recursive: true, force: true })
    },
    120_000,
  )
})
