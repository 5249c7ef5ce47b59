import type { Database } from '../../platform/database/database.ts'
import type { DeliveryRecord, Outbox } from '../port.ts'

interface AttemptJson {
  readonly at: number
  readonly took: number
  readonly status: number | null
  readonly error: string | null
}
interface Row {
  readonly id: number
  readonly endpoint: string
  readonly event_id: string
  readonly type: DeliveryRecord['eventType']
  readonly status: DeliveryRecord['status']
  readonly due_at_ms: number
  readonly finished_at_ms: number | null
  readonly attempts: readonly AttemptJson[]
}

/** The delivery log: what was sent to whom, how often, and what came of it. */
export const deliveryLog = (db: Database, tenant: string): Pick<Outbox, 'deliveries'> => ({
  async deliveries({ endpoint, status, before, limit }) {
    const rows = await db.query<Row>(
      `select d.id, d.endpoint, e.id as event_id, e.type, d.status, d.due_at_ms, d.finished_at_ms,
         coalesce((
           select jsonb_agg(jsonb_build_object(
             'at', a.at_ms, 'took', a.took_ms, 'status', a.http_status, 'error', a.error
           ) order by a.id) from delivery_attempt a where a.delivery_id = d.id
         ), '[]') as attempts
       from delivery d join outbox_event e using (sequence)
       where d.tenant = $5 and ($1::text is null or d.endpoint = $1) and ($2::text is null or d.status = $2)
         and ($3::bigint is null or d.id < $3)
       order by d.id desc limit $4`,
      [endpoint ?? null, status ?? null, before ?? null, limit, tenant],
    )
    return rows.map(toRecord)
  },
})

const toRecord = (row: Row): DeliveryRecord => ({
  id: row.id,
  endpoint: row.endpoint,
  eventId: row.event_id,
  eventType: row.type,
  status: row.status,
  dueAtMs: row.due_at_ms,
  ...(row.finished_at_ms !== null && { finishedAtMs: row.finished_at_ms }),
  attempts: row.attempts.map(({ at, took, status, error }) => ({
    atMs: at,
    tookMs: took,
    ...(status !== null && { httpStatus: status }),
    ...(error !== null && { error }),
  })),
})
