import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { EventHub } from '../events/event-hub.ts'
import type { OpenStreams } from '../events/open-streams.ts'
import type { TenantPorts } from '../ports.ts'
import { problems } from '../schemas/ref.ts'

export interface StreamEventsOptions {
  readonly streams: OpenStreams
  readonly nowMs: () => number
}

const Headers = Type.Object({
  'last-event-id': Type.Optional(
    Type.Integer({ minimum: 0, description: 'The last `id` you saw; you get all that followed.' }),
  ),
})

/** `GET /v1/events`: what happens, as it happens (server-sent events). */
export const streamEventsRoute: FastifyPluginAsyncTypebox<StreamEventsOptions> = async (
  app,
  { streams, nowMs },
) => {
  const hubs = new Map<TenantPorts, EventHub>()
  const hubOf = (tenant: TenantPorts): EventHub => {
    const onError = (error: unknown) => app.log.warn({ error }, 'events cannot be read')
    const hub = hubs.get(tenant) ?? new EventHub(tenant.events, { nowMs, onError })
    hubs.set(tenant, hub)
    return hub
  }

  app.get(
    '/v1/events',
    {
      config: { access: 'read', uncounted: true },
      exposeHeadRoute: false,
      schema: {
        operationId: 'streamEvents',
        tags: ['events'],
        summary: 'Server-sent events; resumes after `Last-Event-ID`',
        description:
          'The first block has the `id` where you begin, before anything has happened. An event ' +
          '`gap` comes first where the event you saw last is kept no more: what followed it may be ' +
          'missing, so read anew what you need. `Last-Event-ID: 0` begins with the oldest one kept. ' +
          'The stream ends soon after its key or token does.',
        headers: Headers,
        response: {
          200: { content: { 'text/event-stream': { schema: Type.String() } } },
          ...problems(400, 401, 403, 429, 503),
        },
      },
    },
    async (request, reply) => {
      const client = streams.open(request, reply)
      void hubOf(request.tenant).follow(client, request.headers['last-event-id'])
    },
  )
}
