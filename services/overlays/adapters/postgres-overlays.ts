import { Conflict } from '../../domain/errors.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Overlay, OverlayKind, OverlayStore } from '../port.ts'

interface Row {
  readonly kind: OverlayKind
  readonly id: string
  readonly revision: number
  readonly value: Readonly<Record<string, unknown>>
  readonly changed_by: string
  readonly changed_at_ms: number
}

/** Overlays in PostgreSQL, embedded or on a server. */
export const postgresOverlays = (db: Database): OverlayStore => ({
  async list(tenant) {
    const rows = await db.query<Row>(
      `select kind, id, revision, value, changed_by, changed_at_ms from fleet_overlay
       where tenant = $1 order by kind, id`,
      [tenant],
    )
    return rows.map((row) => ({
      kind: row.kind,
      id: row.id,
      revision: row.revision,
      value: row.value,
      changedBy: row.changed_by,
      changedAtMs: row.changed_at_ms,
    }))
  },

  async put(tenant, { kind, id, revision, value, changedBy, changedAtMs }: Overlay) {
    const params = [tenant, kind, id, revision, JSON.stringify(value), changedBy, changedAtMs]
    const updated = await db.query(
      `update fleet_overlay set revision = $4, value = $5::jsonb, changed_by = $6, changed_at_ms = $7
       where tenant = $1 and kind = $2 and id = $3 and revision = $4::bigint - 1 returning id`,
      params,
    )
    if (updated.length > 0) return
    // The first change of a thing; a second writer of it finds the row and is refused.
    const inserted = await db.query(
      `insert into fleet_overlay (tenant, kind, id, revision, value, changed_by, changed_at_ms)
       select $1, $2, $3, $4, $5::jsonb, $6, $7 where $4::bigint <= 2
       on conflict (tenant, kind, id) do nothing returning id`,
      params,
    )
    if (inserted.length === 0) throw new Conflict(`${kind} ${id} was changed meanwhile`)
  },
})
