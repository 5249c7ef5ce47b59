import { appendEvents } from '../../notification/index.ts'
import type { Database, Sql } from '../../platform/database/database.ts'
import type { ShiftRecord, ShiftStore } from '../shift-record.ts'

export function sqlShiftStore(sql: Database, tenant: string): ShiftStore {
  return {
    async load(shiftId) {
      const [row] = await sql.query<{ record: ShiftRecord }>(
        'select record from actuation_shift where tenant = $2 and shift_id = $1',
        [shiftId, tenant],
      )
      return row?.record
    },
    async save(shiftId, record, events = []) {
      if (events.length === 0) return save(sql, tenant, shiftId, record)
      return sql.transaction(async (tx) => {
        const saved = await save(tx, tenant, shiftId, record)
        if (saved) await appendEvents(tx, tenant, events)
        return saved
      })
    },
    async latest(models) {
      const rows = await sql.query<{ model: string; record: ShiftRecord }>(
        `select model, record
         from jsonb_array_elements_text($1::jsonb) as model, lateral (
           select record from actuation_shift
           where record->'shift'->>'model' = model and tenant = $2
           order by started desc limit 1
         ) as newest`,
        [JSON.stringify(models), tenant],
      )
      return new Map(rows.map(({ model, record }) => [model, record]))
    },
    async unfinished() {
      const rows = await sql.query<{ shift_id: string }>(
        `select shift_id from actuation_shift where tenant = $1 and status = 'running'
         order by started`,
        [tenant],
      )
      return rows.map(({ shift_id }) => shift_id)
    },
    async forget(beforeMs) {
      const [row] = await sql.query<{ gone: number }>(
        `with gone as (
           delete from actuation_shift
           where tenant = $1 and status <> 'running' and (record->>'stepSinceMs')::bigint < $2
           returning shift_id
         ), unused as (
           delete from actuation_lease
           where tenant = $1 and scope in (select 'shift/' || shift_id from gone)
         )
         select count(*) as gone from gone`,
        [tenant, beforeMs],
      )
      return Number(row!.gone)
    },
  }
}

async function save(
  sql: Sql,
  tenant: string,
  shiftId: string,
  record: ShiftRecord,
): Promise<boolean> {
  const rows = await sql.query(
    `insert into actuation_shift as held (tenant, shift_id, status, revision, record)
     values ($5, $1, $2, $3, $4::jsonb)
     on conflict (tenant, shift_id) do update
     set status = excluded.status, revision = excluded.revision, record = excluded.record
     where held.revision = excluded.revision - 1
     returning revision`,
    [shiftId, record.status, record.revision, JSON.stringify(record), tenant],
  )
  return rows.length === 1
}
