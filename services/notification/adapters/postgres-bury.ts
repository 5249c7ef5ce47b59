import type { Database } from '../../platform/database/database.ts'
import type { Outbox } from '../port.ts'

/** While processes are replaced by newer ones, some know of an endpoint that others do not. */
const UNKNOWN_MS = 86_400_000

/** An end for what is due to nobody: it is in the log as given up, and forgotten with the rest. */
export const postgresBury =
  (db: Database, tenant: string): Outbox['bury'] =>
  (endpoints, nowMs) =>
    db.transaction(async (tx) => {
      const unknownSinceMs = nowMs - UNKNOWN_MS
      // By id, as attempts are settled: two that lock the same rows in two orders wait for each other.
      const buried = await tx.query(
        `with lost as (
           select d.id, coalesce('the endpoint is disabled: ' || c.disabled, 'the endpoint was removed') as why
           from delivery d left join endpoint_circuit c using (tenant, endpoint)
           where d.tenant = $1 and d.status = 'due' and d.leased_until_ms <= $2
             and (c.disabled is not null or (d.endpoint <> all($3::text[]) and d.due_at_ms < $4))
           order by d.id for update of d
         ), dead as (
           update delivery d set status = 'dead', finished_at_ms = $2 from lost where d.id = lost.id
         )
         insert into delivery_attempt (delivery_id, at_ms, took_ms, error)
         select id, $2, 0, why from lost returning id`,
        [tenant, nowMs, endpoints, unknownSinceMs],
      )
      await tx.query(
        `delete from endpoint_circuit
         where tenant = $1 and endpoint <> all($2::text[]) and open_until_ms < $3`,
        [tenant, endpoints, unknownSinceMs],
      )
      return buried.length
    })
