import type { Database, Sql } from '../../platform/database/database.ts'
import { noteOnce, recallOnce } from '../../platform/database/done-once.ts'
import type { Endpoint, Outbox, Replay } from '../port.ts'
import { postgresBury } from './postgres-bury.ts'
import { postgresCircuits } from './postgres-circuit.ts'
import { postgresClaim } from './postgres-claim.ts'
import { deliveryLog } from './postgres-log.ts'
import { postgresSettle } from './postgres-settle.ts'

const LEASE_MS = 20_000

export interface OutboxOptions {
  /**
   * Longer than any attempt may take, so that a lease which runs out belonged to a process that
   * died; and no longer than its deliveries may wait for another one.
   */
  readonly leaseMs?: number
}

/** The outbox in PostgreSQL, embedded or on a server. */
export function postgresOutbox(
  db: Database,
  tenant: string,
  { leaseMs = LEASE_MS }: OutboxOptions = {},
): Outbox {
  return {
    fanOut: (endpoints, nowMs) => db.transaction((tx) => fanOut(tx, tenant, endpoints, nowMs)),
    claim: postgresClaim(db, tenant, leaseMs),
    settle: postgresSettle(db, tenant),
    bury: postgresBury(db, tenant),

    replay: (endpoint, what, nowMs, onceId) =>
      db.transaction(async (tx) => {
        if (onceId === undefined) return replay(tx, tenant, endpoint, what, nowMs)
        const once = { tenant, id: onceId, nowMs }
        const before = await recallOnce<number>(tx, once)
        if (before !== undefined) return before
        const count = await replay(tx, tenant, endpoint, what, nowMs)
        await noteOnce(tx, once, count)
        return count
      }),

    async forget(beforeMs) {
      const gone = await db.query(
        `delete from outbox_event e where e.tenant = $2 and e.occurred_at_ms < $1 and e.relayed_at_ms is not null
         and not exists (
           select from delivery d where d.sequence = e.sequence and d.status = 'due'
         ) returning e.sequence`,
        [beforeMs, tenant],
      )
      return gone.length
    },

    ...postgresCircuits(db, tenant),
    ...deliveryLog(db, tenant),
  }
}

async function replay(
  tx: Sql,
  tenant: string,
  { id, events }: Endpoint,
  what: Replay,
  nowMs: number,
): Promise<number> {
  const [where, params] =
    'eventIds' in what
      ? ['e.id = any($5::text[])', [what.eventIds]]
      : ['e.occurred_at_ms >= $5 and e.occurred_at_ms < $6', [what.fromMs, what.untilMs]]
  const rows = await tx.query(
    `insert into delivery (tenant, sequence, endpoint, subject, due_at_ms)
     select e.tenant, e.sequence, $1, e.subject, $2 from outbox_event e
     where e.type = any($3::text[]) and e.tenant = $4 and ${where}
     order by e.sequence returning id`,
    [id, nowMs, events, tenant, ...params],
  )
  return rows.length
}

async function fanOut(
  tx: Sql,
  tenant: string,
  endpoints: readonly Endpoint[],
  nowMs: number,
): Promise<number> {
  // Waits for whoever is at older ones: a newer one that is handed on first would be told first.
  const events = await tx.query<{ sequence: number; type: string; subject: string }>(
    `select sequence, type, subject from outbox_event where tenant = $1 and relayed_at_ms is null
     order by sequence for update`,
    [tenant],
  )
  if (events.length === 0) return 0
  const disabled = await tx.query<{ endpoint: string }>(
    'select endpoint from endpoint_circuit where tenant = $1 and disabled is not null',
    [tenant],
  )
  const off = new Set(disabled.map(({ endpoint }) => endpoint))
  const wanted = events.flatMap(({ sequence, type, subject }) =>
    endpoints
      .filter((endpoint) => !off.has(endpoint.id) && endpoint.events.some((one) => one === type))
      .map(({ id }) => ({ sequence, endpoint: id, subject })),
  )
  await tx.query(
    `insert into delivery (tenant, sequence, endpoint, subject, due_at_ms)
     select $3, sequence, endpoint, subject, $2 from jsonb_to_recordset($1::jsonb)
       as wanted (sequence bigint, endpoint text, subject text) order by sequence`,
    [JSON.stringify(wanted), nowMs, tenant],
  )
  await tx.query('update outbox_event set relayed_at_ms = $1 where sequence = any($2::bigint[])', [
    nowMs,
    events.map(({ sequence }) => sequence),
  ])
  return wanted.length
}
