import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { GridDesk } from '../../grid/index.ts'
import { ZoneParams } from '../schemas/grid.ts'
import { problems } from '../schemas/ref.ts'

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
  const closing = new AbortController() // an open stream would keep the service from stopping
  app.addHook('preClose', async () => closing.abort())

  app.get(
    '/v1/grid/:zone/stream',
    {
      exposeHeadRoute: false,
      config: { access: 'read', uncounted: true },
      schema: {
        operationId: 'gridStream',
        tags: ['grid'],
        summary: 'Server-sent events `grid.changed` of a zone',
        params: ZoneParams,
        response: {
          200: { content: { 'text/event-stream': { schema: Type.String() } } },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
    },
    async ({ params }, reply) => {
      await grid.now(params.zone) // an unknown zone is a 404, not an empty stream
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const ended = AbortSignal.any([gone.signal, closing.signal])
      reply.header('cache-control', 'no-cache').type('text/event-stream')
      return reply.send(Readable.from(changes(grid, params.zone, everyMs, ended)) as never)
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
