import type { Sql } from '../../platform/database/database.ts'
import type { ToldTargets } from '../told-targets.ts'

/** Over the table of `sqlTargetMemory`. */
export function sqlToldTargets(sql: Sql, tenant: string): ToldTargets {
  return {
    async all() {
      const rows = await sql.query<{ target_id: string; at_ms: string }>(
        `select target_id, entry->>'atMs' as at_ms from actuation_target
         where tenant = $1 and entry is not null`,
        [tenant],
      )
      return new Map(rows.map(({ target_id, at_ms }) => [target_id, Number(at_ms)]))
    },
  }
}
