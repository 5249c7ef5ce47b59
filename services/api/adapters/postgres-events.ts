import type { Sql } from '../../platform/database/database.ts'
import type { ApiEvent, EventReader } from '../ports.ts'

interface Row {
  readonly sequence: number
  readonly type: string
  readonly occurred_at_ms: number
  readonly data: unknown
}

/**
 * The outbox, read in order. Its writers come one after the other, so that numbers become visible in
 * their order: whoever has seen number 7 cannot miss a 6 that is committed later.
 */
export const postgresEvents = (db: Sql, tenant: string): EventReader => ({
  async latest() {
    const [row] = await db.query<{ latest: number }>(
      'select coalesce(max(sequence), 0)::bigint as latest from outbox_event where tenant = $1',
      [tenant],
    )
    return row!.latest
  },

  async has(id) {
    const rows = await db.query('select from outbox_event where tenant = $1 and sequence = $2', [
      tenant,
      id,
    ])
    return rows.length > 0
  },

  async history({ before, limit }) {
    const rows = await db.query<Row>(
      `select sequence, type, occurred_at_ms, data from outbox_event
       where tenant = $3 and ($1::bigint is null or sequence < $1)
       order by sequence desc limit $2`,
      [before ?? null, limit, tenant],
    )
    return rows.map(toEvent)
  },

  async since(id, limit) {
    const rows = await db.query<Row>(
      `select sequence, type, occurred_at_ms, data from outbox_event
       where tenant = $3 and sequence > $1 order by sequence limit $2`,
      [id, limit, tenant],
    )
    return rows.map(toEvent)
  },
})

const toEvent = ({ sequence, type, occurred_at_ms, data }: Row): ApiEvent => ({
  id: sequence,
  type,
  atMs: occurred_at_ms,
  data,
})
