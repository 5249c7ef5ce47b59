import { EventSource } from 'eventsource'
import { fetchWithKey } from './client.ts'

export type Line = 'connecting' | 'open' | 'closed'

/** What happens in the service and is worth asking again for. */
const TYPES = [
  'plan.changed',
  'plan.infeasible',
  'action.failed',
  'slo.guard',
  'grid.degraded',
  'budget.threshold',
]

export interface EventListener {
  onEvent(type: string): void
  onLine(line: Line): void
}

/**
 * Follows `/v1/events`. The browser's own EventSource cannot send a key; this one can, and like it
 * comes back after a break with `Last-Event-ID`, so that nothing is missed.
 *
 * @returns how to stop
 */
export function followEvents({ onEvent, onLine }: EventListener): () => void {
  onLine('connecting')
  const source = new EventSource(new URL('/v1/events', location.href), { fetch: fetchWithKey })
  source.addEventListener('open', () => onLine('open'))
  source.addEventListener('error', () => {
    onLine(source.readyState === EventSource.CLOSED ? 'closed' : 'connecting')
  })
  for (const type of TYPES) source.addEventListener(type, () => onEvent(type))
  return () => source.close()
}
