import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { GridDesk } from '../../grid/index.ts'
import type { OpenStreams } from '../events/open-streams.ts'
import type { EventClient } from '../events/stream-client.ts'
import { ZoneParams } from '../schemas/grid.ts'
import { problems } from '../schemas/ref.ts'

export interface GridStreamOptions {
  readonly grid: GridDesk
  readonly streams: OpenStreams
  /** How often to look for a change. */
  readonly everyMs?: number
}

const DEFAULT_EVERY_MS = 15_000

/** `GET /v1/grid/{zone}/stream`: server-sent events, one at once and one at each change. */
export const gridStreamRoute: FastifyPluginAsyncTypebox<GridStreamOptions> = async (
  app,
  { grid, streams, everyMs = DEFAULT_EVERY_MS },
) => {
  app.get(
    '/v1/grid/:zone/stream',
    {
      exposeHeadRoute: false,
      config: { access: 'read', uncounted: true },
      schema: {
        operationId: 'gridStream',
        tags: ['grid'],
        summary: 'Server-sent events `grid.changed` of a zone',
        description: 'The stream ends soon after its key or token does.',
        params: ZoneParams,
        response: {
          200: { content: { 'text/event-stream': { schema: Type.String() } } },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
    },
    async (request, reply) => {
      const { zone } = request.params
      await grid.now(zone) // an unknown zone is a 404, not an empty stream
      const client = streams.open(request, reply)
      void tellChanges(client, () => grid.now(zone), everyMs)
        .catch((error: unknown) => app.log.warn({ error, zone }, 'the grid cannot be read'))
        .finally(client.close)
    },
  )
}

async function tellChanges(
  client: EventClient,
  look: () => Promise<unknown>,
  everyMs: number,
): Promise<void> {
  let last = ''
  do {
    const data = JSON.stringify(await look())
    // A comment keeps idle connections open through proxies.
    client.write(data === last ? ': nothing new\n\n' : `event: grid.changed\ndata: ${data}\n\n`)
    last = data
    await sleep(everyMs, undefined, { signal: client.gone }).catch(() => undefined)
  } while (await client.keepsUp())
}
