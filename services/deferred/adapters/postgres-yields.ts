import type { Sql } from '../../platform/database/database.ts'
import type { YieldedRegions } from '../port.ts'

/** Over one table: every process stands still, whichever one saw the need. */
export const postgresYields = (sql: Sql, tenant: string): YieldedRegions => ({
  async yield(regions, untilMs) {
    await sql.query(
      `insert into yielded_region (tenant, region, until_ms)
       select $1, region, $3 from unnest($2::text[]) as region
       on conflict (tenant, region) do update set until_ms = greatest(yielded_region.until_ms, $3)`,
      [tenant, regions, untilMs],
    )
  },
  async now(nowMs) {
    const rows = await sql.query<{ region: string }>(
      'select region from yielded_region where tenant = $1 and until_ms > $2',
      [tenant, nowMs],
    )
    return new Set(rows.map(({ region }) => region))
  },
  async forget(nowMs) {
    const gone = await sql.query(
      'delete from yielded_region where tenant = $1 and until_ms <= $2 returning region',
      [tenant, nowMs],
    )
    return gone.length
  },
})
