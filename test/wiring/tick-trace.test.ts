import { rm } from 'node:fs/promises'
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEnv } from '../../config/env.ts'
import { buildApp } from '../../services/api/index.ts'
import { openLog } from '../../services/platform/log.ts'
import { registerTracing } from '../../services/platform/open-tracing.ts'
import { inSpan, traceHeaders } from '../../services/platform/tracing.ts'
import { apiPorts } from '../../services/wiring/api-ports.ts'
import { openService, type Service } from '../../services/wiring/service.ts'
import { stepPorts } from '../../services/wiring/steps.ts'
import { startWorkers } from '../../workers/start-workers.ts'
import { freshFolder } from '../support/engines.ts'
import { type ScaleServer, startScaleServer } from '../support/scale-server.ts'
import { until } from '../support/service-process.ts'
import { smallFleet } from '../support/small-fleet.ts'

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const exporter = new InMemorySpanExporter()

/** The names of the spans from the root down to one of `traceId`. */
function lineTo(traceId: string, find: (span: ReadableSpan) => boolean): string[] {
  const ours = exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId)
  const byId = new Map(ours.map((span) => [span.spanContext().spanId, span]))
  const line: string[] = []
  let span = ours.find(find)
  for (; span; span = byId.get(span.parentSpanContext?.spanId ?? '')) line.unshift(span.name)
  return line
}

describe('one trace', () => {
  let home: string
  let scale: ScaleServer
  let service: Service
  let app: Awaited<ReturnType<typeof buildApp>>
  let tracing: { close(): Promise<void> }
  beforeAll(async () => {
    tracing = registerTracing('test', new SimpleSpanProcessor(exporter))
    home = await freshFolder()
    scale = await startScaleServer(secret)
    const fleet = smallFleet(`planning: { windowMinutes: 60, horizonHours: 2 }
policy: { minDwellMinutes: 0, approval: required }
backends:
  - id: ours
    kind: http
    secret: '\${env:BACKEND_SECRET}'
    allowPrivate: true
    targets: [{ url: '${scale.url}/{region}/{model}/{variant}' }]
`)
    const secrets = { BACKEND_SECRET: secret }
    const env = readEnv({ GRIDTIDE_HOME: home, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' })
    const log = openLog('silent')
    service = await openService({
      env,
      secrets,
      fleetFile: 'fleet.yaml',
      fleet,
      fleetHash: 'f',
      log,
    })
    await startWorkers(service.queue, stepPorts(service))
    await service.queue.add({ name: 'refit-models', payload: { model: 'llama' }, id: 'refit' })
    await until(async () => (await service.stores.fits.all()).length > 0, 'a fit', 60_000)
    const security = { mode: 'open', tenant: 'default' } as const
    app = await buildApp(apiPorts(service), { security, version: '1', traced: true })
  }, 120_000)
  afterAll(async () => {
    await app?.close()
    await service?.close()
    await scale?.close()
    await tracing?.close()
    await rm(home, { recursive: true, force: true })
  })

  it('goes from a tick over each job to the plan', async () => {
    const traceId = await inSpan('clock', {}, async () => {
      await service.queue.add({ name: 'tick', payload: { clock: 'test' }, id: 'tick-1' })
      return traceHeaders().traceparent!.split('-')[1]!
    })
    await until(() => service.stores.plans.newest(), 'a plan', 60_000)
    for (const job of ['tick', 'refresh-grid', 'solve-plan', 'solve-block', 'merge-plan']) {
      const rootOf = () => lineTo(traceId, ({ name }) => name === `process ${job}`)[0]
      await expect.poll(rootOf, { message: job }).toBe('clock')
    }
  }, 120_000)

  it('goes from a request over each job to the call of a backend', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/plans/1/approve',
      headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
      payload: {},
    })
    expect(answer.statusCode, answer.body).toBe(200)
    const write = await until(() => scale.writes[0], 'the backend to be told', 60_000)
    const [, told, spanId] = write.traceparent!.split('-')
    expect(told).toBe(traceId)
    const line = () => lineTo(traceId, (span) => span.spanContext().spanId === spanId)
    await expect
      .poll(line)
      .toEqual([
        'request',
        expect.stringContaining('handler'),
        expect.stringMatching(/^add apply-plan/),
        'process apply-plan',
        expect.stringMatching(/^add carry-shift/),
        'process carry-shift',
        'backend apply',
        'call signed-http',
      ])
  }, 120_000)
})
