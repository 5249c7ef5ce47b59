import type { Sql } from '../../platform/database/database.ts'
import type { ApiEvent, EventReader } from '../ports.ts'

interface Row {
  readonly sequence: number
  readonly type: string
  readonly occurred_at_ms: number
  readonly data: unknown
}

/**
 * Written by a transaction older than all that are still running. Numbers are handed out before
 * they are committed, so without this a reader could see number 7, go on from there, and never see
 * number 6, which was committed a moment later.
 */
const SETTLED = 'age(xmin) > age(pg_snapshot_xmin(pg_current_snapshot())::xid)'

/** The outbox, read in order. */
export const postgresEvents = (db: Sql, tenant: string): EventReader => ({
  async latest() {
    const [row] = await db.query<{ latest: number }>(
      `select coalesce(max(sequence), 0)::bigint as latest from outbox_event
       where tenant = $1 and ${SETTLED}`,
      [tenant],
    )
    return row!.latest
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
       where tenant = $3 and sequence > $1 and ${SETTLED} order by sequence limit $2`,
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
