import { rm } from 'node:fs/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { openEmbedded } from '../../services/platform/database/embedded.ts'
import { openPostgres } from '../../services/platform/database/postgres.ts'
import { type CrashGround, crashRun } from '../support/crash-run.ts'
import { freshFolder, freshServerDatabase, postgresEngine, redisUrl } from '../support/engines.ts'

const KILLS = 3
const clean: (() => Promise<unknown>)[] = []

async function embedded(): Promise<CrashGround> {
  const home = await freshFolder()
  clean.push(() => rm(home, { recursive: true, force: true }))
  return { home, open: () => openEmbedded(home) }
}

async function servers(): Promise<CrashGround> {
  const { url, drop } = await freshServerDatabase()
  clean.push(drop)
  const where = { home: 'unused', databaseUrl: url }
  return { ...where, ...(redisUrl && { redisUrl }), open: async () => openPostgres(url) }
}

describe('kill -9', () => {
  afterAll(() => Promise.all(clean.map((run) => run())))

  const survives = async (ground: CrashGround) => {
    const report = await crashRun(ground, { kills: KILLS }, Math.random)
    // At least one in each life that began to work, the last one included.
    expect(report.acceptedWrites).toBeGreaterThan(KILLS - report.earlyKills)
    expect(report).toMatchObject({
      kills: KILLS,
      lostWrites: 0,
      webhooksLost: 0,
      webhooksDuplicatedWithoutId: 0,
      webhooksOutOfOrder: 0,
      doubleActions: 0,
      actionsBackwards: 0,
    })
  }

  it('loses no plan, no webhook and repeats no action: embedded', async () => {
    await survives(await embedded())
  }, 180_000)

  it.skipIf(postgresEngine.skip ?? !redisUrl)(
    'loses no plan, no webhook and repeats no action: PostgreSQL and Redis (TEST_DATABASE_URL, TEST_REDIS_URL)',
    async () => {
      await survives(await servers())
    },
    180_000,
  )
})
