import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { afterEach, describe, expect, it } from 'vitest'
import { readEnv } from '../../config/env.ts'
import { type OwnProcessOptions, startOwnProcess } from '../../services/cli/start-own-process.ts'
import { parseFleet } from '../../services/fleet/index.ts'
import { openLog } from '../../services/platform/log.ts'
import { registerTracing } from '../../services/platform/open-tracing.ts'
import { inSpan, traceHeaders } from '../../services/platform/tracing.ts'
import { ownProcess } from '../../services/queue/adapters/own-process.ts'
import { openService } from '../../services/wiring/service.ts'
import { builtProgram } from '../support/built-program.ts'
import { freshServerDatabase, postgresEngine } from '../support/engines.ts'
import { traceCollector } from '../support/trace-collector.ts'

const fleetFile = join(import.meta.dirname, '../../config/examples/two-regions.yaml')
const never = new AbortController().signal
const PATIENCE_MS = 300_000

describe.skipIf(postgresEngine.skip)('a process of its own (TEST_DATABASE_URL)', () => {
  const closing: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  async function freshOptions(more: Record<string, string> = {}): Promise<OwnProcessOptions> {
    const { url, drop } = await freshServerDatabase()
    closing.push(drop)
    const fleet = parseFleet(await readFile(fleetFile, 'utf8'), { fileName: fleetFile })
    const GRIDTIDE_TENANT = `t-${randomUUID()}`
    const secrets = { DATABASE_URL: url, GRIDTIDE_TENANT, LOG_LEVEL: 'error', ...more }
    return { env: readEnv(secrets), secrets, fleetFile, fleet, fleetHash: 'f' }
  }

  async function refitIn(start: (options: OwnProcessOptions) => ChildProcess) {
    const options = await freshOptions()
    const { fleet } = options
    const own = ownProcess(() => start(options))
    closing.push(own.close)
    const context = { id: 'refit', attempt: 1, dueAtMs: 0 }
    const children = { results: [], failures: [] }
    const asked = { name: 'refit-models' as const, context, children, trace: {} }
    const model = fleet.models[0]!.id
    await own.run({ ...asked, payload: { model } }, 0, never)
    await expect(own.run({ ...asked, payload: {} }, 0, never)).rejects.toThrow('bad payload')
  }

  /** One from source takes a minute to start on a busy machine, to which it yields. */
  async function startBuilt(): Promise<(options: OwnProcessOptions) => ChildProcess> {
    const main = join(dirname(await builtProgram()), 'own-process-main.js')
    return (options) => {
      const child = fork(main, [], { execArgv: [], serialization: 'advanced' })
      child.send(options)
      return child
    }
  }

  it('does the work of the service, from source', () => refitIn(startOwnProcess), PATIENCE_MS)

  it('and as it was built', async () => refitIn(await startBuilt()), PATIENCE_MS)

  it(
    'hands what it measured to who started it',
    async () => {
      const options = await freshOptions()
      const start = await startBuilt()
      const startOwn = () => start(options)
      const service = await openService({ ...options, log: openLog('silent'), startOwn })
      closing.push(() => service.close())
      const payload = { zone: 'DE', tickMs: 0 }
      await service.queue.add({ name: 'refresh-grid', payload, id: 'suspect' })
      await service.database.query('update bullmq.job set stalled_count = 1') // one died under it
      const here: unknown[] = []
      await service.queue.work('refresh-grid', async (job) => here.push(job))
      await expect
        .poll(() => service.metrics.registry.metrics(), { timeout: PATIENCE_MS / 2, interval: 200 })
        .toContain('gridtide_grid_rung{zone="DE"} 5')
      expect(here).toEqual([])
    },
    PATIENCE_MS,
  )

  it(
    'goes on with the trace of the job',
    async () => {
      const collector = await traceCollector()
      closing.push(() => collector.close())
      const tracing = registerTracing('test', new SimpleSpanProcessor(new InMemorySpanExporter()))
      closing.push(() => tracing.close())

      const options = await freshOptions({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
      const log = openLog('silent')
      const start = await startBuilt()
      const startOwn = () => start(options)
      const service = await openService({ ...options, log, startOwn })
      closing.push(() => service.close())
      const caller = await inSpan('caller', {}, async () => {
        const payload = { model: service.fleet.models[0]!.id }
        await service.queue.add({ name: 'refit-models', payload, id: 'suspect' })
        return traceHeaders().traceparent!.split('-')[1]
      })
      await service.database.query('update bullmq.job set stalled_count = 1')
      await service.queue.work('refit-models', () => Promise.reject(new Error('ran here')))
      await expect
        .poll(() => collector.spans().map(({ name, traceId }) => [name, traceId]), {
          timeout: PATIENCE_MS / 2,
        })
        .toContainEqual(['apart refit-models', caller])
    },
    PATIENCE_MS,
  )
})
