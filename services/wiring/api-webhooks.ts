import type { WebhookDesk } from '../api/index.ts'
import { NotFound } from '../domain/errors.ts'
import { pingEndpoint } from '../notification/index.ts'
import type { Service } from './service.ts'

/** Subscribers and what was delivered to them. */
export function webhookDesk({ stores, queue, nowMs, webhooks }: Service): WebhookDesk {
  const { outbox } = stores
  const { endpoints, notifier } = webhooks
  const endpointOf = (id: string) => {
    const endpoint = endpoints.find((one) => one.id === id)
    if (!endpoint) throw new NotFound(`there is no webhook endpoint ${id}`)
    return endpoint
  }
  return {
    list: () =>
      Promise.all(
        endpoints.map(async ({ id, url, events, format }) => {
          const circuit = await outbox.circuit(id)
          return { id, url: withoutQuery(url), events, format, ...(circuit && { circuit }) }
        }),
      ),
    deliveries: (filter) => outbox.deliveries(filter),
    async replay(id, what, onceId) {
      const count = await outbox.replay(endpointOf(id), what, nowMs(), onceId)
      const cause = `replay-${id}`
      await queue.add({
        name: 'notify-change',
        payload: { cause },
        id: `${cause}-${nowMs()}`,
      })
      return count
    },
    ping: (id, onceId) => pingEndpoint(notifier, endpointOf(id), nowMs(), onceId),
    enable: (id) => outbox.enable(endpointOf(id).id),
  }
}

/** Some receivers take their token in the query, or in a user name. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}
