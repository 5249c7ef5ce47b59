import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Registry } from 'prom-client'
import { Type } from 'typebox'
import { EventHub } from '../events/event-hub.ts'
import { streamClient } from '../events/stream-client.ts'
import { HttpError } from '../http-error.ts'
import { eventStreamMetrics } from '../metrics.ts'
import type { TenantPorts } from '../ports.ts'
import { problems } from '../schemas/ref.ts'

export interface StreamEventsOptions {
  readonly metrics: Registry
  readonly mostClients: number
}

const Headers = Type.Object({
  'last-event-id': Type.Optional(
    Type.Integer({ minimum: 0, description: 'The last `id` you saw; you get all that followed.' }),
  ),
})

/** `GET /v1/events`: what happens, as it happens (server-sent events). */
export const streamEventsRoute: FastifyPluginAsyncTypebox<StreamEventsOptions> = async (
  app,
  { metrics, mostClients },
) => {
  const { clients, cut } = eventStreamMetrics(metrics)
  const hubs = new Map<TenantPorts, EventHub>()
  const hubOf = (tenant: TenantPorts): EventHub => {
    const onError = (error: unknown) => app.log.warn({ error }, 'events cannot be read')
    const hub = hubs.get(tenant) ?? new EventHub(tenant.events, { onCut: () => cut.inc(), onError })
    hubs.set(tenant, hub)
    return hub
  }
  const open = () => [...hubs.values()].reduce((sum, { size }) => sum + size, 0)
  app.addHook('preClose', async () => {
    for (const hub of hubs.values()) hub.close()
  })

  app.get(
    '/v1/events',
    {
      config: { access: 'read', uncounted: true },
      exposeHeadRoute: false,
      schema: {
        operationId: 'streamEvents',
        tags: ['events'],
        summary: 'Server-sent events; resumes after `Last-Event-ID`',
        headers: Headers,
        response: {
          200: { content: { 'text/event-stream': { schema: Type.String() } } },
          ...problems(400, 401, 403, 429, 503),
        },
      },
    },
    async (request, reply) => {
      if (open() >= mostClients) {
        throw new HttpError('UNAVAILABLE', 'too many event streams are open', {
          'retry-after': '30',
        })
      }
      const hub = hubOf(request.tenant)
      const client = streamClient(reply)
      clients.inc()
      request.raw.socket.once('close', () => {
        clients.dec()
        hub.leave(client)
      })
      await hub.follow(client, request.headers['last-event-id']).catch((error: unknown) => {
        request.log.warn({ error }, 'event stream ended')
        hub.leave(client)
        client.close()
      })
    },
  )
}
