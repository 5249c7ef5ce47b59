import type { Database } from '../../services/platform/database/database.ts'
import type { Heard } from './bad-receiver.ts'

export interface DeliveriesReport {
  readonly requests: number
  /** Different events that were taken, each by its endpoint. */
  readonly taken: number
  /** Taken once more. */
  readonly repeated: number
  /** Taken more often than the sender was left without an answer, and once. */
  readonly repeatedKnown: number
  /** Taken after a later one of the same endpoint and subject. */
  readonly outOfOrder: number
}

/** What of a receiver's requests kept the promises of the outbox, by what its sender knew. */
export async function weighDeliveries(
  db: Database,
  heard: readonly Heard[],
): Promise<DeliveriesReport> {
  const unanswered = await unansweredOf(db)
  const newest = new Map<string, number>()
  const times = new Map<string, number>() // event of an endpoint -> how often it was taken
  let outOfOrder = 0
  for (const { endpoint, id, subject, sequence, mood } of heard) {
    if (!mood.startsWith('taken')) continue
    const lane = `${endpoint} ${subject}`
    const latest = newest.get(lane) ?? 0
    if (latest > sequence) outOfOrder++
    newest.set(lane, Math.max(latest, sequence))
    times.set(`${endpoint} ${id}`, (times.get(`${endpoint} ${id}`) ?? 0) + 1)
  }
  const counts = [...times]
  return {
    requests: heard.length,
    taken: counts.length,
    repeated: counts.reduce((sum, [, count]) => sum + count - 1, 0),
    repeatedKnown: counts.filter(([event, count]) => count - 1 > (unanswered.get(event) ?? 0))
      .length,
    outOfOrder,
  }
}

/** How many attempts at each event ended without an answer. */
async function unansweredOf(db: Database): Promise<ReadonlyMap<string, number>> {
  const rows = await db.query<{ event: string; attempts: number }>(
    `select d.endpoint || ' ' || e.id as event, count(*) as attempts
     from delivery_attempt a join delivery d on d.id = a.delivery_id join outbox_event e using (sequence)
     where a.http_status is null group by 1`,
  )
  return new Map(rows.map(({ event, attempts }) => [event, attempts]))
}
