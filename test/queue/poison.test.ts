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

/** Runs worker after worker until one lives to tell the end; all jobs fit into one worker's hands. */
async function runUntilDone(where: object): Promise<string[]> {
  const lines: string[] = []
  const load = { poison: POISON, healthy: HEALTHY, concurrency: POISON + HEALTHY }
  const options = { ...where, ...load, keyPrefix: `poison-${randomUUID()}`, maxStarts: MAX_STARTS }
  for (let round = 0; round < POISON * MAX_STARTS + 1 && lines.at(-1) !== 'end'; round++) {
    const args = [program.path, JSON.stringify(options)]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    lines.push(...(await text(child.stdout)).trim().split('\n'))
  }
  return lines
}

describe('jobs that kill their process', () => {
  const expectParked = (lines: readonly string[]) => {
    for (const job of [666, 667]) {
      // Taken up together, one of the two may kill before the other begins.
      const starts = lines.filter((line) => line === `started ${job}`).length
      expect(starts).toBeGreaterThan(0)
      expect(starts).toBeLessThanOrEqual(MAX_STARTS)
    }
    const done = new Set(lines.filter((line) => line.startsWith('done')))
    expect([...done].toSorted()).toEqual([1, 2, 3, 4, 5, 6].map((job) => `done ${job}`))
    expect(lines.filter((line) => line.startsWith('dead')).toSorted()).toEqual([
      'dead 666 its process died 3 times while it ran',
      'dead 667 its process died 3 times while it ran',
    ])
    expect(lines.at(-1)).toBe('end')
  }

  it('are parked with their reason, and take nobody with them: embedded', async () => {
    const home = await freshFolder()
    expectParked(await runUntilDone({ home }))
    await rm(home, { recursive: true, force: true })
  }, 120_000)

  it.skipIf(postgresEngine.skip)(
    'the same on PostgreSQL (TEST_DATABASE_URL)',
    async () => {
      const { url, drop } = await freshServerDatabase()
      expectParked(await runUntilDone({ home: 'unused', databaseUrl: url }))
      await drop()
    },
    120_000,
  )

  it.skipIf(!redisUrl)(
    'the same on Redis (TEST_REDIS_URL)',
    async () => {
      const home = await freshFolder()
      expectParked(await runUntilDone({ home, redisUrl }))
      await rm(home, { recursive: true, force: true })
    },
    120_000,
  )
})
