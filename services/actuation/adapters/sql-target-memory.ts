import type { Sql } from '../../platform/database/database.ts'
import type { Remembered, TargetMemory } from '../target-memory.ts'

export function sqlTargetMemory(sql: Sql, tenant: string): TargetMemory {
  return {
    async recall(targetId) {
      const [row] = await sql.query<{ entry: Remembered }>(
        'select entry from actuation_target where tenant = $2 and target_id = $1',
        [targetId, tenant],
      )
      return row?.entry
    },
    async recallAll(targetIds) {
      const rows = await sql.query<{ target_id: string; entry: Remembered }>(
        `select target_id, entry from actuation_target
         where tenant = $2 and target_id in (select jsonb_array_elements_text($1::jsonb))`,
        [JSON.stringify(targetIds), tenant],
      )
      return new Map(rows.map(({ target_id, entry }) => [target_id, entry]))
    },
    async remember(targetId, entry) {
      const rows = await sql.query(
        `insert into actuation_target as held (tenant, target_id, fence, entry)
         values ($4, $1, $2, $3::jsonb)
         on conflict (tenant, target_id) do update set fence = excluded.fence, entry = excluded.entry
         where held.fence <= excluded.fence
         returning fence`,
        [targetId, entry.fence, JSON.stringify(entry), tenant],
      )
      return rows.length === 1
    },
  }
}
