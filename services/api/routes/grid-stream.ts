import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { GridDesk } from '../../grid/index.ts'
import { ZoneParams } from '../schemas/grid.ts'

export interface GridStreamOptions {
  readonly grid: GridDesk
  /** How often to look for a change. */
  readonly everyMs?: number
}

const DEFAULT_EVERY_MS = 15_000

/** `GET /v1/grid/{zone}/stream`: server-sent events, one at once and one at each change. */
export const gridStreamRoute: FastifyPluginAsyncTypebox<GridStreamOptions> = async (
  app,
  { grid, everyMs = DEFAULT_EVERY_MS },
) => {
  app.get(
    '/v1/grid/:zone/stream',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'gridStream',
        tags: ['grid'],
        summary: 'Server-sent events `grid.changed` of a zone',
        params: ZoneParams,
      },
    },
    async ({ params, raw }, reply) => {
      await grid.now(params.zone) // an unknown zone is a 404, not an empty stream
      const gone = new AbortController()
      raw.once('close', () => gone.abort())
      reply.header('cache-control', 'no-cache').type('text/event-stream')
      return reply.send(Readable.from(changes(grid, params.zone, everyMs, gone.signal)))
    },
  )
}

async function* changes(grid: GridDesk, zone: string, everyMs: number, gone: AbortSignal) {
  let last = ''
  while (!gone.aborted) {
    const now = await grid.now(zone)
    const data = JSON.stringify(now)
    // A comment keeps idle connections open through proxies.
    yield data === last ? ': nothing new\n\n' : `event: grid.changed\ndata: ${data}\n\n`
    last = data
    await sleep(everyMs, undefined, { signal: gone }).catch(() => undefined)
  }
}
