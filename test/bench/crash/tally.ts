import type { Database } from '../../../services/platform/database/database.ts'
import type { ScaleRequest } from '../../support/scale-server.ts'
import type { Received } from '../../support/webhook-receiver.ts'
import { jobId, keyLabel, type startWriter } from './writer.ts'

type Writer = ReturnType<typeof startWriter>

interface EventRow {
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly data: unknown
}

/** What was accepted and is not there, and what is there twice. */
export async function tallyWrites(
  db: Database,
  { accepted }: Pick<Writer, 'accepted'>,
  slotMs: (nth: number) => number,
) {
  const jobs = await db.query<{ id: string }>('select id from deferred_job')
  const keys = await db.query<{ label: string }>('select label from api_key')
  const slots = await db.query<{ start_ms: number }>(
    `select start_ms from pushed_demand where kind = 'forecast'`,
  )
  const there = {
    job: new Set(jobs.map(({ id }) => id)),
    key: new Set(keys.map(({ label }) => label)),
    slot: new Set(slots.map(({ start_ms }) => start_ms)),
  }
  const nameOf = { job: jobId, key: keyLabel, slot: slotMs }
  const lost = accepted.filter(
    ({ kind, nth }) => !(there[kind] as Set<unknown>).has(nameOf[kind](nth)),
  )
  return {
    acceptedWrites: accepted.length,
    lostWrites: lost.length,
    doubleWrites: keys.length - there.key.size,
  }
}

/** Of all that happened: what a subscriber never heard of, heard twice running as two things, or too early. */
export async function tallyWebhooks(db: Database, received: readonly Received[]) {
  const events = await db.query<EventRow>(
    'select id, type, subject, data from outbox_event order by sequence',
  )
  const firstAt = new Map<string, number>()
  received.forEach(({ id }, at) => {
    if (!firstAt.has(id)) firstAt.set(id, at)
  })
  const newest = new Map<string, number>()
  let outOfOrder = 0
  for (const { id, subject } of events) {
    const at = firstAt.get(id) ?? Number.POSITIVE_INFINITY
    if (at < (newest.get(subject) ?? -1)) outOfOrder++
    newest.set(subject, Math.max(at, newest.get(subject) ?? -1))
  }
  const lastOf = new Map<string, string>()
  let toldTwice = 0
  for (const { type, subject, data } of events) {
    const [kind, happening] = [`${type} ${subject}`, JSON.stringify(data)]
    if (lastOf.get(kind) === happening) toldTwice++
    lastOf.set(kind, happening)
  }
  return {
    webhooksDue: events.length,
    webhooksLost: events.filter(({ id }) => !firstAt.has(id)).length,
    webhooksDuplicated: received.length - firstAt.size,
    webhooksDuplicatedWithoutId: toldTwice,
    webhooksOutOfOrder: outOfOrder,
  }
}

/** What targets were told: one command twice, or what an older plan wanted after a newer. */
export function tallyActions(writes: readonly ScaleRequest[]) {
  const newest = new Map<string, number>()
  let backwards = 0
  for (const { target, planVersion } of writes) {
    const before = newest.get(target) ?? 0
    if (Number(planVersion) < before) backwards++
    newest.set(target, Math.max(before, Number(planVersion)))
  }
  const commands = new Set(writes.map(({ target, key }) => `${target} ${key}`))
  return {
    actions: writes.length,
    doubleActions: writes.length - commands.size,
    actionsBackwards: backwards,
  }
}
