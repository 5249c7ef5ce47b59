import type { Heard } from './bad-receiver.ts'

export interface DeliveriesReport {
  readonly requests: number
  /** Different events that were taken, each by its endpoint. */
  readonly taken: number
  /** Taken once more, after the sender could not know that it had been. */
  readonly repeated: number
  /** Taken once more although the sender had been told that it was. */
  readonly repeatedKnown: number
  /** Taken for the first time after a later one of the same endpoint and subject. */
  readonly outOfOrder: number
}

/** What of a receiver's requests kept the promises of the outbox. */
export function weighDeliveries(heard: readonly Heard[]): DeliveriesReport {
  const newest = new Map<string, number>()
  const known = new Map<string, boolean>() // event of an endpoint -> whether the sender was told
  let repeated = 0
  let repeatedKnown = 0
  let outOfOrder = 0
  const kept = heard.filter(({ mood }) => mood.startsWith('taken'))
  for (const { endpoint, id, subject, sequence, mood } of kept) {
    const event = `${endpoint} ${id}`
    const lane = `${endpoint} ${subject}`
    const before = known.get(event)
    if (before === true) repeatedKnown++
    else if (before === false) repeated++
    const latest = newest.get(lane) ?? 0
    if (latest > sequence) outOfOrder++
    newest.set(lane, Math.max(latest, sequence))
    known.set(event, before === true || mood === 'taken')
  }
  return { requests: heard.length, taken: known.size, repeated, repeatedKnown, outOfOrder }
}
