import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleChild } from '../support/bundle-child.ts'
import { freshFolder, freshServerDatabase, postgresEngine, redisUrl } from '../support/engines.ts'

const CHILD = new URL('../support/poison-child.ts', import.meta.url).pathname
const MAX_STARTS = 2

let program: Awaited<ReturnType<typeof bundleChild>>
beforeAll(async () => {
  program = await bundleChild(CHILD)
})
afterAll(() => program.remove())

/** Runs worker after worker until one lives to tell the end. */
async function runUntilDead(where: object): Promise<string[]> {
  const lines: string[] = []
  const options = { ...where, keyPrefix: `poison-${randomUUID()}`, maxStarts: MAX_STARTS }
  for (let round = 0; round < MAX_STARTS + 3; round++) {
    const args = [program.path, JSON.stringify(options)]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    lines.push(...(await text(child.stdout)).trim().split('\n'))
    if (lines.at(-1)?.startsWith('left')) break
  }
  return lines
}

describe('a job that kills its process', () => {
  const expectParked = (lines: readonly string[]) => {
    const starts = lines.filter((line) => line === 'started 666')
    expect(starts).toHaveLength(MAX_STARTS)
    expect(lines.filter((line) => line === 'started 1')).toHaveLength(1)
    expect(lines.at(-2)).toMatch(/^dead poison job started more than allowable limit/)
    expect(lines.at(-1)).toBe('left 0')
  }

  it('is parked with its reason, and blocks nobody: embedded', async () => {
    const home = await freshFolder()
    expectParked(await runUntilDead({ home }))
    await rm(home, { recursive: true, force: true })
  }, 120_000)

  it.skipIf(postgresEngine.skip)(
    'the same on PostgreSQL (TEST_DATABASE_URL)',
    async () => {
      const { url, drop } = await freshServerDatabase()
      expectParked(await runUntilDead({ home: 'unused', databaseUrl: url }))
      await drop()
    },
    120_000,
  )

  it.skipIf(!redisUrl)(
    'the same on Redis (TEST_REDIS_URL)',
    async () => {
      const home = await freshFolder()
      expectParked(await runUntilDead({ home, redisUrl }))
      await rm(home, { recursive: true, force: true })
    },
    120_000,
  )
})
