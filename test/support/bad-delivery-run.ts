import { setTimeout as pause } from 'node:timers/promises'
import pLimit from 'p-limit'
import { postgresOutbox } from '../../services/notification/adapters/postgres.ts'
import { webhookNotifier } from '../../services/notification/adapters/webhook.ts'
import {
  appendEvents,
  type Endpoint,
  type NewEvent,
  outboxRelay,
} from '../../services/notification/index.ts'
import type { Database } from '../../services/platform/database/database.ts'

/** The sender's clock is this much faster than the machine's: its schedule of days takes minutes. */
const TIMES_FASTER = Number(process.env.TIMES_FASTER ?? 1_000)
/** Of real time; what hangs is given up after this. */
const ATTEMPT_MS = 2_000
/** A lease is this much longer than an attempt. */
const LEASE_ATTEMPTS = 20
/** As in the service. */
const RELAYS_AT_ONCE = 4
const EVENTS_A_WRITE = 500
const TENANT = 'default'

const hurriedMs = (): number => Date.now() * TIMES_FASTER

/** An endpoint of a receiver on this machine. */
export const endpointAt = (url: string, id: string): Endpoint => ({
  id,
  url: `${url}/${id}`,
  secrets: [`whsec_${Buffer.alloc(24, 7).toString('base64')}`],
  events: ['plan.changed'],
  format: 'plain',
  allow: ['127.0.0.0/8'],
})

/**
 * Writes events, some in each transaction.
 *
 * @param first number of the first one, which makes its id
 * @param subjects among which they are dealt out in turn
 */
export async function happen(db: Database, first: number, count: number, subjects: number) {
  for (let at = first; at < first + count; at += EVENTS_A_WRITE) {
    const size = Math.min(EVENTS_A_WRITE, first + count - at)
    const events = Array.from({ length: size }, (_, i): NewEvent => {
      const subject = `s${(at + i) % subjects}`
      const data = { subject, atMs: Date.now() }
      return { type: 'plan.changed', subject, key: String(at + i), occurredAtMs: data.atMs, data }
    })
    await db.transaction((tx) => appendEvents(tx, TENANT, events))
  }
}

/** The relay of the service, with its schedule of retries, on a clock that hurries. */
const hurriedRelay = (db: Database, endpoints: readonly Endpoint[], attemptMs: number) =>
  outboxRelay({
    outbox: postgresOutbox(db, TENANT, { leaseMs: LEASE_ATTEMPTS * attemptMs * TIMES_FASTER }),
    endpoints,
    notifier: webhookNotifier({ timeoutMs: attemptMs }),
    random: Math.random,
    nowMs: hurriedMs,
  })

/**
 * Relays all the time, as many at once as the service does.
 *
 * @param tell of a relay that failed
 * @param attemptMs of real time, after which what hangs is given up
 * @returns a way to stop
 */
export function startSender(
  db: Database,
  endpoints: readonly Endpoint[],
  tell: (error: Error) => void,
  attemptMs = ATTEMPT_MS,
): () => Promise<void> {
  const ended = new AbortController()
  const relay = hurriedRelay(db, endpoints, attemptMs)
  const relaying = Array.from({ length: RELAYS_AT_ONCE }, async () => {
    while (!ended.signal.aborted) {
      await relay(ended.signal).catch(tell) // its job would be tried again
      await pause(20)
    }
  })
  return async () => {
    ended.abort()
    await Promise.all(relaying)
  }
}

/**
 * Relays when it is called, as a job of the service does: as many at once, and the rest in turn.
 *
 * @returns `call`, and a way to wait for what is under way
 */
export function calledSender(db: Database, endpoints: readonly Endpoint[]) {
  const ended = new AbortController()
  const relay = hurriedRelay(db, endpoints, ATTEMPT_MS)
  const inTurn = pLimit(RELAYS_AT_ONCE)
  const jobs = new Set<Promise<unknown>>()
  return {
    call(): void {
      const job = inTurn(() => relay(ended.signal)).finally(() => jobs.delete(job))
      jobs.add(job)
    },
    async stop(): Promise<void> {
      ended.abort()
      await Promise.all(jobs)
    },
  }
}

export interface Standing {
  readonly due: number
  readonly delivered: number
  /** Given up after the last attempt. */
  readonly dead: number
}

/** How many deliveries are where. */
async function standing(db: Database): Promise<Standing> {
  const [row] = await db.query<Standing>(
    `select count(*) filter (where status = 'due') as due,
       count(*) filter (where status = 'delivered') as delivered,
       count(*) filter (where status = 'dead') as dead from delivery`,
  )
  return row!
}

/** Waits until nothing is due any more. */
export async function untilNothingIsDue(db: Database, tell?: (now: Standing) => void) {
  for (;;) {
    const now = await standing(db)
    tell?.(now)
    if (now.due === 0 && now.delivered + now.dead > 0) return now
    await pause(500)
  }
}

/** Tells again what was given up, until all of it is delivered. The sender must be at work. */
export async function replayDead(db: Database, endpoints: readonly Endpoint[]): Promise<void> {
  const outbox = postgresOutbox(db, TENANT)
  for (;;) {
    const untold = await db.query<{ endpoint: string; ids: string[] }>(
      `select endpoint, array_agg(distinct e.id) as ids from delivery d join outbox_event e using (sequence)
       where status = 'dead' and not exists (
         select from delivery later where later.status = 'delivered'
           and later.endpoint = d.endpoint and later.sequence = d.sequence
       ) group by endpoint`,
    )
    if (untold.length === 0) return
    for (const { endpoint, ids } of untold) {
      const to = endpoints.find(({ id }) => id === endpoint)!
      await outbox.replay(to, { eventIds: ids }, hurriedMs())
    }
    await untilNothingIsDue(db)
  }
}
