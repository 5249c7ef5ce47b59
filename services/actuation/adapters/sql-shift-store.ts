import type { Sql } from '../../platform/database/database.ts'
import type { ShiftRecord, ShiftStore } from '../shift-record.ts'

export function sqlShiftStore(sql: Sql): ShiftStore {
  return {
    async load(shiftId) {
      const [row] = await sql.query<{ record: ShiftRecord }>(
        'select record from actuation_shift where shift_id = $1',
        [shiftId],
      )
      return row?.record
    },
    async save(shiftId, record) {
      const rows = await sql.query(
        `insert into actuation_shift as held (shift_id, status, revision, record)
         values ($1, $2, $3, $4::jsonb)
         on conflict (shift_id) do update
         set status = excluded.status, revision = excluded.revision, record = excluded.record
         where held.revision = excluded.revision - 1
         returning revision`,
        [shiftId, record.status, record.revision, JSON.stringify(record)],
      )
      return rows.length === 1
    },
    async unfinished() {
      const rows = await sql.query<{ shift_id: string }>(
        `select shift_id from actuation_shift where status = 'running' order by started`,
      )
      return rows.map(({ shift_id }) => shift_id)
    },
  }
}
