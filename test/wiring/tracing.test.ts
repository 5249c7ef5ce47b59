import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { InferenceBackend } from '../../services/actuation/index.ts'
import { buildApp } from '../../services/api/app.ts'
import { UpstreamUnavailable } from '../../services/domain/errors.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { registerTracing } from '../../services/platform/open-tracing.ts'
import { inSpan } from '../../services/platform/tracing.ts'
import { bullmqOn } from '../../services/queue/adapters/bullmq.ts'
import { tracedBackend } from '../../services/wiring/traced-backend.ts'
import { aPlan, memoryPorts } from '../api/memory-ports.ts'
import { embeddedEngine, type FreshDatabase } from '../support/engines.ts'

const exporter = new InMemorySpanExporter()
let tracing: { close(): Promise<void> }
let fresh: FreshDatabase

beforeAll(async () => {
  tracing = registerTracing('test', new SimpleSpanProcessor(exporter))
  fresh = await embeddedEngine.open()
  await migrate(fresh.db)
})
afterAll(async () => {
  await tracing?.close()
  await fresh?.destroy()
})

it('follows one call from the API over the queue and a worker to a backend', async () => {
  const seen: (string | undefined)[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers.traceparent as string | undefined)
    response.end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const http = axiosHttp()
  const backend = tracedBackend('gpus', {
    type: 'test',
    observe: async () => http.send('gpus', { url }),
  } as unknown as InferenceBackend)

  const queue = await bullmqOn({ database: fresh.db }, { traced: true })
  const done = new Promise<void>((resolve) => {
    void queue.work('apply-plan', async () => {
      await backend.observe({ id: 'eu/llama' } as never)
      resolve()
    })
  })
  const ports = memoryPorts()
  Object.assign(ports.tenants.get('default')!, {
    decisions: {
      async decide(version: number) {
        const payload = { version, region: 'eu' }
        await queue.add({ name: 'apply-plan', payload, id: 'traced' })
        return aPlan(version)
      },
    },
  })
  const app = await buildApp(ports, {
    version: '1',
    security: { mode: 'open', tenant: 'default' },
    traced: true,
  })
  const caller = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const { statusCode } = await app.inject({
    method: 'POST',
    url: '/v1/plans/1/approve',
    headers: { traceparent: caller },
    payload: {},
  })
  expect(statusCode).toBe(200)
  await done
  await Promise.all([app.close(), queue.close()])
  server.close()

  const trace = caller.split('-')[1]
  const ours = exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === trace)
  const names = ours.map(({ name }) => name).join('\n')
  expect(names).toMatch(/request|POST/)
  expect(names).toContain('add apply-plan')
  expect(names).toContain('process apply-plan')
  expect(names).toContain('backend observe')
  expect(names).toContain('call gpus')
  expect(seen[0]?.split('-')[1]).toBe(trace)
}, 120_000)

it('marks a failed span by the name of the error, never by its words', async () => {
  exporter.reset()
  const failing = inSpan('call x', {}, () =>
    Promise.reject(new UpstreamUnavailable('postgres://me:secret@db', { upstream: 'x' })),
  )
  await expect(failing).rejects.toThrow('secret')
  const [span] = exporter.getFinishedSpans()
  expect(span!.status.message).toBe('UpstreamUnavailable')
  expect(JSON.stringify([span!.status, span!.attributes, span!.events])).not.toContain('secret')
})
