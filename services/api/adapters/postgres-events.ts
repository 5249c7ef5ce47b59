import type { Sql } from '../../platform/database/database.ts'
import type { EventReader } from '../ports.ts'

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
export const postgresEvents = (db: Sql): EventReader => ({
  async latest() {
    const [row] = await db.query<{ latest: number }>(
      `select coalesce(max(sequence), 0)::bigint as latest from outbox_event where ${SETTLED}`,
    )
    return row!.latest
  },

  async since(id, limit) {
    const rows = await db.query<Row>(
      `select sequence, type, occurred_at_ms, data from outbox_event
       where sequence > $1 and ${SETTLED} order by sequence limit $2`,
      [id, limit],
    )
    return rows.map(({ sequence, type, occurred_at_ms, data }) => ({
      id: sequence,
      type,
      atMs: occurred_at_ms,
      data,
    }))
  },
})
