import type { Database, Sql } from '../../platform/database/database.ts'
import { noteOnce, recallOnce } from '../../platform/database/done-once.ts'
import { appendEvents } from '../event.ts'
import type {
  Circuit,
  Delivery,
  Endpoint,
  Outbox,
  OutboxEvent,
  Replay,
  Settlement,
} from '../port.ts'
import { deliveryLog } from './postgres-log.ts'

interface EventRow {
  readonly sequence: number
  readonly event_id: string
  readonly type: OutboxEvent['type']
  readonly subject: string
  readonly occurred_at_ms: number
  readonly data: unknown
}
interface ClaimedRow extends EventRow {
  readonly id: number
  readonly endpoint: string
  readonly attempts: number
}
interface CircuitRow {
  readonly failures: number
  readonly failing_since_ms: number
  readonly open_until_ms: number
  readonly disabled: string | null
}

const LEASE_MS = 20_000
const EVENT = 'e.sequence, e.id as event_id, e.type, e.subject, e.occurred_at_ms, e.data'

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
    claim: (endpoint, nowMs, limit) => claim(db, tenant, endpoint, { nowMs, leaseMs, limit }),
    settle: (delivery, settlement) => settle(db, tenant, delivery, settlement),

    async circuit(endpoint) {
      const [row] = await db.query<CircuitRow>(
        'select * from endpoint_circuit where tenant = $1 and endpoint = $2',
        [tenant, endpoint],
      )
      return row && toCircuit(row)
    },

    setCircuit: (endpoint, circuit, nowMs) =>
      db.transaction((tx) => setCircuit(tx, tenant, endpoint, circuit, nowMs)),

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

    async latest() {
      const [row] = await db.query<{ latest: number }>(
        'select coalesce(max(sequence), 0)::bigint as latest from outbox_event where tenant = $1',
        [tenant],
      )
      return row!.latest
    },

    async since(sequence, limit) {
      const rows = await db.query<EventRow>(
        `select ${EVENT} from outbox_event e where e.tenant = $3 and e.sequence > $1
         order by e.sequence limit $2`,
        [sequence, limit, tenant],
      )
      return rows.map(toEvent)
    },

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
  const events = await tx.query<{ sequence: number; type: string; subject: string }>(
    `select sequence, type, subject from outbox_event where tenant = $1 and relayed_at_ms is null
     order by sequence for update skip locked`,
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

async function claim(
  db: Database,
  tenant: string,
  endpoint: string,
  { nowMs, leaseMs, limit }: { nowMs: number; leaseMs: number; limit: number },
): Promise<readonly Delivery[]> {
  // From subject to subject by the index, so that what waits behind a head is never looked at.
  // The conditions on `d` are looked at again on the locked row, so that two claims at the same
  // instant cannot both get it.
  const rows = await db.query<ClaimedRow>(
    `with recursive head as (
       (select id, subject, due_at_ms, leased_until_ms from delivery
        where tenant = $5 and endpoint = $1 and status = 'due'
        order by subject, sequence, id limit 1)
       union all
       select next.* from head cross join lateral (
         select id, subject, due_at_ms, leased_until_ms from delivery
         where tenant = $5 and endpoint = $1 and status = 'due' and subject > head.subject
         order by subject, sequence, id limit 1
       ) next
     ), ready as (
       select d.id from delivery d join head using (id)
       where head.due_at_ms <= $2 and head.leased_until_ms <= $2
         and d.status = 'due' and d.due_at_ms <= $2 and d.leased_until_ms <= $2
       order by d.sequence limit $3 for update of d skip locked
     ), claimed as (
       update delivery d set leased_until_ms = $4, attempts = d.attempts + 1
       from ready where d.id = ready.id returning d.*
     )
     select claimed.id, claimed.endpoint, claimed.attempts, ${EVENT}
     from claimed join outbox_event e using (sequence) order by sequence`,
    [endpoint, nowMs, limit, nowMs + leaseMs, tenant],
  )
  return rows.map((row) => ({
    id: row.id,
    endpoint: row.endpoint,
    attempts: row.attempts,
    event: toEvent(row),
  }))
}

async function settle(
  db: Database,
  tenant: string,
  { id }: Delivery,
  settlement: Settlement,
): Promise<void> {
  const { attempt, atMs, tookMs, dueAtMs } = settlement
  const status =
    attempt.status === 'delivered' ? 'delivered' : dueAtMs === undefined ? 'dead' : 'due'
  await db.query(
    `with settled as (
       update delivery set status = $2, leased_until_ms = 0, due_at_ms = coalesce($3::bigint, due_at_ms),
         finished_at_ms = case when $2 = 'due' then null else $4::bigint end
       where id = $1 and tenant = $8 and status = 'due' returning id
     )
     insert into delivery_attempt (delivery_id, at_ms, took_ms, http_status, error)
     select id, $4, $5, $6, $7 from delivery where id = $1 and tenant = $8`,
    [
      id,
      status,
      dueAtMs ?? null,
      atMs,
      tookMs,
      attempt.httpStatus ?? null,
      attempt.status === 'delivered' ? null : attempt.error,
      tenant,
    ],
  )
}

async function setCircuit(
  tx: Sql,
  tenant: string,
  endpoint: string,
  circuit: Circuit | undefined,
  nowMs: number,
) {
  if (!circuit) {
    await tx.query('delete from endpoint_circuit where tenant = $1 and endpoint = $2', [
      tenant,
      endpoint,
    ])
    return
  }
  const { failures, failingSinceMs, openUntilMs, disabled } = circuit
  await tx.query(
    `insert into endpoint_circuit
       (tenant, endpoint, failures, failing_since_ms, open_until_ms, disabled)
     values ($6, $1, $2, $3, $4, $5) on conflict (tenant, endpoint) do update set
       failures = $2, failing_since_ms = $3, open_until_ms = $4, disabled = $5`,
    [endpoint, failures, failingSinceMs, openUntilMs, disabled ?? null, tenant],
  )
  if (disabled === undefined) return
  await tx.query(
    `update delivery set status = 'dead', finished_at_ms = $2, leased_until_ms = 0
     where tenant = $3 and endpoint = $1 and status = 'due'`,
    [endpoint, nowMs, tenant],
  )
  const key = `${endpoint}/${failingSinceMs}`
  const data = { endpoint, reason: disabled }
  await appendEvents(tx, tenant, [
    { type: 'endpoint.disabled', subject: `endpoint/${endpoint}`, key, occurredAtMs: nowMs, data },
  ])
}

const toCircuit = (row: CircuitRow): Circuit => ({
  failures: row.failures,
  failingSinceMs: row.failing_since_ms,
  openUntilMs: row.open_until_ms,
  ...(row.disabled !== null && { disabled: row.disabled }),
})

const toEvent = (row: EventRow): OutboxEvent => ({
  sequence: row.sequence,
  id: row.event_id,
  type: row.type,
  subject: row.subject,
  occurredAtMs: row.occurred_at_ms,
  data: row.data,
})
