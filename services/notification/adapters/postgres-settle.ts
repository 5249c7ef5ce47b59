import type { Database } from '../../platform/database/database.ts'
import { joinedCalls } from '../../platform/joined-calls.ts'
import type { Delivery, Outbox, Settlement } from '../port.ts'

interface Ended {
  readonly delivery: Delivery
  readonly settlement: Settlement
}

const MOST_TOGETHER = 200

/** Keeps what came of attempts: all that ended while the last ones were written, in one statement. */
export function postgresSettle(db: Database, tenant: string): Outbox['settle'] {
  const settle = joinedCalls(
    (ended: readonly Ended[]) => settleAll(db, tenant, ended),
    MOST_TOGETHER,
  )
  return (delivery, settlement) => settle({ delivery, settlement })
}

async function settleAll(
  db: Database,
  tenant: string,
  ended: readonly Ended[],
): Promise<readonly undefined[]> {
  const settlements = ended.map(({ settlement }) => settlement)
  const attempts = settlements.map(({ attempt }) => attempt)
  await db.query(
    `with ended as (
       select * from unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::int[], $8::text[])
         as ended (id, status, due_at_ms, at_ms, took_ms, http_status, error)
     ), locked as (
       select id from delivery where id = any($2::bigint[]) and tenant = $1 order by id for update
     ), settled as (
       update delivery d set status = ended.status, leased_until_ms = 0,
         due_at_ms = coalesce(ended.due_at_ms, d.due_at_ms),
         finished_at_ms = case when ended.status = 'due' then null else ended.at_ms end
       from ended join locked using (id) where d.id = ended.id and d.status = 'due'
     )
     insert into delivery_attempt (delivery_id, at_ms, took_ms, http_status, error)
     select id, at_ms, took_ms, http_status, error from ended join locked using (id)`,
    [
      tenant,
      ended.map(({ delivery }) => delivery.id),
      settlements.map(statusOf),
      settlements.map(({ dueAtMs }) => dueAtMs ?? null),
      settlements.map(({ atMs }) => atMs),
      settlements.map(({ tookMs }) => tookMs),
      attempts.map(({ httpStatus }) => httpStatus ?? null),
      attempts.map((attempt) => (attempt.status === 'delivered' ? null : attempt.error)),
    ],
  )
  return ended.map(() => undefined)
}

function statusOf({ attempt, dueAtMs }: Settlement): 'delivered' | 'dead' | 'due' {
  if (attempt.status === 'delivered') return 'delivered'
  return dueAtMs === undefined ? 'dead' : 'due'
}
