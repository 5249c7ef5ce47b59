import { EventSource } from 'eventsource'
import { fetchWithKey } from './client.ts'

export type Line = 'connecting' | 'open' | 'closed'

/** What happens in the service and is worth asking again for. */
const TYPES = [
  'gap',
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
  /** Back after a break; what happened before the first event may have been missed. */
  onReturn(): void
}

/**
 * Follows `/v1/events`. The browser's own EventSource cannot send a key; this one can, and like it
 * comes back after a break with `Last-Event-ID`. It takes that from events alone, not from the first block.
 *
 * @returns how to stop
 */
export function followEvents({ onEvent, onLine, onReturn }: EventListener): () => void {
  onLine('connecting')
  const source = new EventSource(new URL('/v1/events', location.href), { fetch: fetchWithKey })
  let opened = false
  source.addEventListener('open', () => {
    onLine('open')
    if (opened) onReturn()
    opened = true
  })
  source.addEventListener('error', () => {
    onLine(source.readyState === EventSource.CLOSED ? 'closed' : 'connecting')
  })
  for (const type of TYPES) source.addEventListener(type, () => onEvent(type))
  return () => source.close()
}
