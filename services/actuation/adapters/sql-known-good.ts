import type { Sql } from '../../platform/database/database.ts'
import type { KnownGood } from '../known-good.ts'

/** Kept at every look, so a count that stays the same is written once an hour only. */
const RENEWED_AFTER_MS = 3_600_000

export function sqlKnownGood(sql: Sql, tenant: string): KnownGood {
  return {
    async all() {
      const rows = await sql.query<{ target_id: string; replicas: number }>(
        'select target_id, replicas from actuation_known_good where tenant = $1',
        [tenant],
      )
      return Object.fromEntries(rows.map(({ target_id, replicas }) => [target_id, replicas]))
    },
    async keep(counts, atMs) {
      await sql.query(
        `insert into actuation_known_good (tenant, target_id, replicas, at_ms)
         select $3, key, value::int, $2 from jsonb_each_text($1::jsonb)
         on conflict (tenant, target_id) do update
         set replicas = excluded.replicas, at_ms = excluded.at_ms
         where actuation_known_good.replicas <> excluded.replicas
           or actuation_known_good.at_ms < excluded.at_ms - $4`,
        [JSON.stringify(counts), atMs, tenant, RENEWED_AFTER_MS],
      )
    },
    async forget(beforeMs) {
      const rows = await sql.query(
        'delete from actuation_known_good where tenant = $1 and at_ms < $2 returning target_id',
        [tenant, beforeMs],
      )
      return rows.length
    },
  }
}
