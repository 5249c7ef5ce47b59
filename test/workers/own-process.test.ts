import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { readEnv } from '../../config/env.ts'
import { type OwnProcessOptions, startOwnProcess } from '../../services/cli/start-own-process.ts'
import { parseFleet } from '../../services/fleet/index.ts'
import { openLog } from '../../services/platform/log.ts'
import { ownProcess } from '../../services/queue/adapters/own-process.ts'
import { openService } from '../../services/wiring/service.ts'
import { builtProgram } from '../support/built-program.ts'
import { freshServerDatabase, postgresEngine } from '../support/engines.ts'

const fleetFile = join(import.meta.dirname, '../../config/examples/two-regions.yaml')
const never = new AbortController().signal

describe.skipIf(postgresEngine.skip)('a process of its own (TEST_DATABASE_URL)', () => {
  const closing: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  async function freshOptions(): Promise<OwnProcessOptions> {
    const { url, drop } = await freshServerDatabase()
    closing.push(drop)
    const fleet = parseFleet(await readFile(fleetFile, 'utf8'), { fileName: fleetFile })
    const secrets = { DATABASE_URL: url, GRIDTIDE_TENANT: `t-${randomUUID()}`, LOG_LEVEL: 'error' }
    return { env: readEnv(secrets), secrets, fleetFile, fleet, fleetHash: 'f' }
  }

  async function refitIn(start: (options: OwnProcessOptions) => ChildProcess) {
    const options = await freshOptions()
    const { fleet } = options
    const own = ownProcess(() => start(options))
    closing.push(own.close)
    const context = { id: 'refit', attempt: 1, dueAtMs: 0 }
    const children = { results: [], failures: [] }
    const asked = { name: 'refit-models' as const, context, children }
    const model = fleet.models[0]!.id
    await own.run({ ...asked, payload: { model } }, 0, never)
    await expect(own.run({ ...asked, payload: {} }, 0, never)).rejects.toThrow('bad payload')
  }

  it('does the work of the service, from source', () => refitIn(startOwnProcess), 120_000)

  it('and as it was built', async () => {
    const main = join(dirname(await builtProgram()), 'own-process-main.js')
    await refitIn((options) => {
      const child = fork(main, [], { execArgv: [], serialization: 'advanced' })
      child.send(options)
      return child
    })
  }, 120_000)

  it('hands what it measured to who started it', async () => {
    const options = await freshOptions()
    const service = await openService({
      ...options,
      log: openLog('silent'),
      startOwn: () => startOwnProcess(options),
    })
    closing.push(() => service.close())
    const payload = { zone: 'DE', tickMs: 0 }
    await service.queue.add({ name: 'refresh-grid', payload, id: 'suspect' })
    await service.database.query('update bullmq.job set stalled_count = 1') // one died under it
    const here: unknown[] = []
    await service.queue.work('refresh-grid', async (job) => here.push(job))
    await expect
      .poll(() => service.metrics.registry.metrics(), { timeout: 60_000, interval: 200 })
      .toContain('gridtide_grid_rung{zone="DE"} 5')
    expect(here).toEqual([])
  }, 120_000)
})
