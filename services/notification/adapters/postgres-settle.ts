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
  // Found by id alone, whatever the planner knows of the table; locked in one order, so that two
  // that settle or bury the same ones do not wait for each other.
  await db.query(
    `with ended as (
       select * from unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::int[], $8::text[])
         as ended (id, status, due_at_ms, at_ms, took_ms, http_status, error)
     ), locked as (
       select id, tenant, status as before from delivery where id = any($2::bigint[])
       order by id for update
     ), told as (
       select ended.*, before from ended join locked using (id) where tenant = $1
     ), settled as (
       update delivery d set status = told.status, leased_until_ms = 0,
         due_at_ms = coalesce(told.due_at_ms, d.due_at_ms),
         finished_at_ms = case when told.status = 'due' then null else told.at_ms end
       from told where d.id = told.id and before = 'due'
     )
     insert into delivery_attempt (delivery_id, at_ms, took_ms, http_status, error)
     select id, at_ms, took_ms, http_status, error from told`,
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
