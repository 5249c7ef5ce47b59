import { eventIdOf } from './event.ts'
import type { Attempt, Endpoint, Notifier } from './port.ts'

/**
 * Tells an endpoint that it is well connected, now and once; nothing is kept of it.
 *
 * @param name of this ping among those of the endpoint: the same name is the same id
 */
export function pingEndpoint(
  notifier: Notifier,
  endpoint: Endpoint,
  nowMs: number,
  name = String(nowMs),
): Promise<Attempt> {
  const id = eventIdOf({ type: 'ping', key: `${endpoint.id}/${name}` })
  const data = { endpoint: endpoint.id }
  const event = {
    id,
    type: 'ping',
    subject: 'ping',
    sequence: 0,
    occurredAtMs: nowMs,
    data,
  } as const
  return notifier.send(endpoint, event, nowMs)
}
