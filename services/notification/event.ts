import { createHash } from 'node:crypto'
import type { Sql } from '../platform/database/database.ts'

/** Everything that a subscriber can be told. */
export type EventType =
  | 'plan.changed'
  | 'plan.proposed'
  | 'plan.infeasible'
  | 'action.failed'
  | 'slo.guard'
  | 'shift.ended'
  | 'target.drifted'
  | 'model.drift'
  | 'grid.degraded'
  | 'batch.scheduled'
  | 'batch.started'
  | 'batch.missed'
  | 'budget.threshold'
  | 'endpoint.disabled'
  | 'ping'

/** Something that happened, for whoever subscribed to its type. */
export interface NewEvent {
  readonly type: EventType
  /** Events of one subject reach an endpoint in order, e.g. `plan` or `region/eu-north`. */
  readonly subject: string
  /** Names this very happening among those of its type: the same key twice is one event. */
  readonly key: string
  readonly occurredAtMs: number
  /** Sent as it is; under 20 kB. */
  readonly data: Readonly<Record<string, unknown>>
}

/** The webhook id: the same for every attempt, and for the same happening told twice. */
export const eventIdOf = ({ type, key }: Pick<NewEvent, 'type' | 'key'>): string =>
  `evt_${createHash('sha256').update(`${type}\n${key}`).digest('base64url').slice(0, 27)}`

const LOCK_KEY = 0x6f757462 // 'outb'

/**
 * Writes events in the transaction that makes them true. A commit delivers them, sooner or later;
 * a rollback or a crash before it leaves nothing to deliver.
 */
export async function appendEvents(
  tx: Sql,
  tenant: string,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return
  // One writer at a time, to the end of its transaction: so sequence numbers become visible in
  // their order, and a reader that has seen 7 cannot miss a 6 that commits later.
  await tx.query('select pg_advisory_xact_lock($1)', [LOCK_KEY])
  for (const event of events) {
    const { type, subject, occurredAtMs, data } = event
    await tx.query(
      `insert into outbox_event (tenant, id, type, subject, occurred_at_ms, data)
       values ($1, $2, $3, $4, $5, $6::jsonb) on conflict (tenant, id) do nothing`,
      [tenant, eventIdOf(event), type, subject, occurredAtMs, JSON.stringify(data)],
    )
  }
}
