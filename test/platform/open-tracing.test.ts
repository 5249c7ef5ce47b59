import { createServer } from 'node:http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { expect, it } from 'vitest'
import { registerTracing } from '../../services/platform/open-tracing.ts'
import { inSpan } from '../../services/platform/tracing.ts'
import { closed, listen } from '../support/grid-server.ts'

/** Well within what a supervisor waits, after all else was closed. */
const SOON_MS = 4_000

it.each([
  ['refuses what it is told', true],
  ['does not answer', false],
])(
  'a collector that %s neither fails the end of a process nor holds it up',
  async (_how, answers) => {
    const server = createServer((_request, response) => {
      if (answers) response.writeHead(400).end()
    })
    const url = `http://127.0.0.1:${await listen(server)}/v1/traces`
    const tracing = registerTracing('test', new BatchSpanProcessor(new OTLPTraceExporter({ url })))
    await inSpan('told to nobody', {}, async () => undefined)
    const startMs = performance.now()
    await tracing.close()
    expect(performance.now() - startMs).toBeLessThan(SOON_MS)
    server.closeAllConnections()
    await closed(server)
  },
)
