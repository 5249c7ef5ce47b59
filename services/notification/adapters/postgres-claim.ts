import type { Database } from '../../platform/database/database.ts'
import { joinedCalls } from '../../platform/joined-calls.ts'
import type { Delivery, Outbox } from '../port.ts'
import { EVENT, type EventRow, toEvent } from './postgres-event.ts'

interface Look {
  readonly endpoint: string
  readonly nowMs: number
}
interface Take {
  readonly ids: readonly number[]
  readonly nowMs: number
}
interface ClaimedRow extends EventRow {
  readonly id: number
  readonly endpoint: string
  readonly attempts: number
}

/** Remembered of one look. More would be told of too late what has come due since. */
const HEADS_A_LOOK = 32
/** In one statement: each is a walk over the subjects of an endpoint, and all wait for the last. */
const LOOKS_TOGETHER = 16
const TAKES_TOGETHER = 100

/**
 * Finds and leases what is due. To find the oldest event of every subject takes longer than to tell
 * some of them, so that what one look has found serves several claims. It may be old by then: a
 * lease is given only to what is due at that moment. An event that was the oldest of its subject
 * stays it until it is told or given up, so order does not suffer.
 */
export function postgresClaim(db: Database, tenant: string, leaseMs: number): Outbox['claim'] {
  const heads = new Map<string, readonly number[]>()
  const look = joinedCalls((asked: readonly Look[]) => lookFor(db, tenant, asked), LOOKS_TOGETHER)
  const take = joinedCalls(
    (asked: readonly Take[]) => lease(db, tenant, leaseMs, asked),
    TAKES_TOGETHER,
  )

  function nextHeads(endpoint: string, most: number): readonly number[] {
    const known = heads.get(endpoint) ?? []
    heads.set(endpoint, known.slice(most))
    return known.slice(0, most)
  }

  return async (endpoint, nowMs, limit) => {
    const known = nextHeads(endpoint, limit)
    const first = known.length > 0 ? await take({ ids: known, nowMs }) : []
    if (first.length === limit) return first
    heads.set(endpoint, await look({ endpoint, nowMs }))
    const found = nextHeads(endpoint, limit - first.length)
    return found.length > 0 ? [...first, ...(await take({ ids: found, nowMs }))] : first
  }
}

/** The deliveries that may be told now, the oldest of each subject, the oldest first. */
async function lookFor(
  db: Database,
  tenant: string,
  asked: readonly Look[],
): Promise<readonly (readonly number[])[]> {
  // From subject to subject by the index, so that what waits behind a head is never looked at.
  const rows = await db.query<{ place: number; ids: number[] }>(
    `select asked.place::int, found.ids
     from unnest($2::text[], $3::bigint[]) with ordinality as asked (endpoint, now_ms, place)
     cross join lateral (
       with recursive head as (
         (select id, subject, sequence, due_at_ms, leased_until_ms from delivery
          where tenant = $1 and endpoint = asked.endpoint and status = 'due'
          order by subject, sequence, id limit 1)
         union all
         select next.* from head cross join lateral (
           select id, subject, sequence, due_at_ms, leased_until_ms from delivery
           where tenant = $1 and endpoint = asked.endpoint and status = 'due'
             and subject > head.subject
           order by subject, sequence, id limit 1
         ) next
       ), ready as (
         select id, sequence from head
         where due_at_ms <= asked.now_ms and leased_until_ms <= asked.now_ms
         order by sequence limit $4
       )
       select array_agg(id order by sequence) as ids from ready
     ) found where found.ids is not null`,
    [tenant, asked.map(({ endpoint }) => endpoint), asked.map(({ nowMs }) => nowMs), HEADS_A_LOOK],
  )
  const found = new Map(rows.map(({ place, ids }) => [place, ids.map(Number)]))
  return asked.map((_, index) => found.get(index + 1) ?? [])
}

/** Each asker's, of those that are still due and that nobody else is at; nothing twice. */
async function lease(
  db: Database,
  tenant: string,
  leaseMs: number,
  asked: readonly Take[],
): Promise<readonly (readonly Delivery[])[]> {
  // Found by id alone, whatever the planner knows of the table; judged once locked, so that two at
  // the same instant cannot both get it.
  const rows = await db.query<ClaimedRow>(
    `with locked as (
       select id, tenant, status, due_at_ms, leased_until_ms from delivery
       where id = any($2::bigint[]) for update skip locked
     ), ready as (
       select id, now_ms from unnest($2::bigint[], $3::bigint[]) as asked (id, now_ms)
       join locked using (id)
       where tenant = $1 and status = 'due' and due_at_ms <= now_ms and leased_until_ms <= now_ms
     ), claimed as (
       update delivery d set leased_until_ms = ready.now_ms + $4, attempts = d.attempts + 1
       from ready where d.id = ready.id returning d.*
     )
     select claimed.id, claimed.endpoint, claimed.attempts, ${EVENT}
     from claimed join outbox_event e using (sequence)`,
    [
      tenant,
      asked.flatMap(({ ids }) => ids),
      asked.flatMap(({ ids, nowMs }) => ids.map(() => nowMs)),
      leaseMs,
    ],
  )
  const left = new Map(rows.map((row) => [row.id, row]))
  return asked.map(({ ids }) =>
    ids.flatMap((id) => {
      const row = left.get(id)
      left.delete(id)
      return row ? [toDelivery(row)] : []
    }),
  )
}

const toDelivery = (row: ClaimedRow): Delivery => ({
  id: row.id,
  endpoint: row.endpoint,
  attempts: row.attempts,
  event: toEvent(row),
})
