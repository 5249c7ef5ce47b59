import type { Sql } from '../../platform/database/database.ts'
import type { Lease, Leases } from '../lease.ts'

/** Over one table; the database's own clock decides, so that skewed hosts agree. */
export function sqlLeases(sql: Sql, tenant: string): Leases {
  return {
    async acquire(scope, holder, durationMs) {
      const [lease] = await sql.query<Lease>(
        `with clock as (select (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms)
         insert into actuation_lease as held (tenant, scope, holder, fence, expires_at_ms)
         select $4, $1, $2, 1, now_ms + $3 from clock
         on conflict (tenant, scope) do update set
           holder = excluded.holder,
           fence = held.fence + case when held.holder = excluded.holder then 0 else 1 end,
           expires_at_ms = excluded.expires_at_ms
         where held.holder = excluded.holder
           or held.expires_at_ms <= excluded.expires_at_ms - $3
         returning scope, holder, fence, expires_at_ms as "expiresAtMs"`,
        [scope, holder, durationMs, tenant],
      )
      return lease
    },
    async release({ scope, holder, fence }) {
      await sql.query(
        `update actuation_lease set expires_at_ms = 0, holder = ''
         where tenant = $4 and scope = $1 and holder = $2 and fence = $3`,
        [scope, holder, fence, tenant],
      )
    },
  }
}
