import type { Sql } from '../../platform/database/database.ts'
import type { StopSwitch } from '../kill-switch.ts'

/** A stop that every process sees, on whatever machine, as long as the database answers. */
export function sqlStop(
  sql: Sql,
  tenant: string,
): StopSwitch & {
  /** In a transaction: nobody throws the switch until it is over; who reads it does not wait. */
  holdOthers(): Promise<void>
} {
  return {
    async holdOthers() {
      await sql.query('lock table actuation_stop in share row exclusive mode')
    },
    name: 'the API',
    async read() {
      const [row] = await sql.query<{ why: string }>(
        'select why from actuation_stop where tenant = $1',
        [tenant],
      )
      return row?.why
    },
    async engage(why) {
      await sql.query(
        `insert into actuation_stop (tenant, why, at_ms)
         values ($1, $2, (extract(epoch from clock_timestamp()) * 1000)::bigint)
         on conflict (tenant) do update set why = excluded.why, at_ms = excluded.at_ms`,
        [tenant, why],
      )
    },
    async disengage() {
      await sql.query('delete from actuation_stop where tenant = $1', [tenant])
    },
  }
}
