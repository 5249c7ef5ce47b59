import { describe, expect, it } from 'vitest'
import { openLog } from '../../services/platform/log.ts'
import { openEngine } from '../../services/wiring/engine.ts'
import { freshServerDatabase, postgresEngine } from '../support/engines.ts'

const PROCESSES = 8
/** Of those that may lose the race, most rounds have none. */
const ROUNDS = 5

describe.skipIf(postgresEngine.skip)('processes that start together on an empty database', () => {
  it('all begin: one makes the schema, the others wait for it (TEST_DATABASE_URL)', async () => {
    const failures: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const { url, drop } = await freshServerDatabase()
      const where = { home: 'unused', databaseUrl: url, redisUrl: undefined }
      const began = await Promise.allSettled(
        Array.from({ length: PROCESSES }, () => openEngine(where, openLog('silent'))),
      )
      for (const one of began) {
        if (one.status === 'rejected') failures.push(String(one.reason))
        else await one.value.close()
      }
      await drop()
    }
    expect(failures).toEqual([])
  })
})
