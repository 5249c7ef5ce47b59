import type { OutboxEvent } from '../port.ts'

export interface EventRow {
  readonly sequence: number
  readonly event_id: string
  readonly type: OutboxEvent['type']
  readonly subject: string
  readonly occurred_at_ms: number
  readonly data: unknown
}

/** The columns of an `EventRow`, of a table that is called `e` here. */
export const EVENT = 'e.sequence, e.id as event_id, e.type, e.subject, e.occurred_at_ms, e.data'

export const toEvent = (row: EventRow): OutboxEvent => ({
  sequence: row.sequence,
  id: row.event_id,
  type: row.type,
  subject: row.subject,
  occurredAtMs: row.occurred_at_ms,
  data: row.data,
})
