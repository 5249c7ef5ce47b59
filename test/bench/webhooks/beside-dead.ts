import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from '../../../services/platform/database/database.ts'
import { endpointAt, happen, startSender } from '../../support/bad-delivery-run.ts'
import { webhookReceiver } from '../../support/webhook-receiver.ts'
import { median } from '../median.ts'

const GOOD = ['good-a', 'good-b', 'good-c', 'good-d']
const ROUNDS = 3
const EVENTS_A_ROUND = 200
const EVERY_MS = 50
const SUBJECTS = 20
/** Numbers of events that nothing else here uses. */
const FIRST = 1_000_000_000

export interface Beside {
  /** From the event to its coming in, of all good endpoints; the median of the rounds. */
  readonly aloneP99Ms: number
  readonly besideDeadP99Ms: number
}

/** Steady events to good endpoints, in turn alone and beside one that never answers. */
export async function latenciesBesideDead(db: Database): Promise<Beside> {
  const alone: number[] = []
  const beside: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await p99Of(db, FIRST + 2 * round * EVENTS_A_ROUND, false))
    beside.push(await p99Of(db, FIRST + (2 * round + 1) * EVENTS_A_ROUND, true))
  }
  return { aloneP99Ms: median(alone), besideDeadP99Ms: median(beside) }
}

async function p99Of(db: Database, first: number, withDead: boolean): Promise<number> {
  const lateMs: number[] = []
  const receiver = await webhookReceiver(({ path, body }) => {
    if (path.startsWith('/dead')) return 'hang'
    lateMs.push(Date.now() - (JSON.parse(body) as { data: { atMs: number } }).data.atMs)
    return 204
  })
  // A new one each time: one that has hung for long is left alone for good.
  const ids = withDead ? [...GOOD, `dead-${first}`] : GOOD
  const url = `http://127.0.0.1:${receiver.port}`
  const stop = startSender(
    db,
    ids.map((id) => endpointAt(url, id)),
    (error) => {
      throw error
    },
  )
  try {
    for (let i = 0; i < EVENTS_A_ROUND; i++) {
      await happen(db, first + i, 1, SUBJECTS)
      await pause(EVERY_MS)
    }
    while (lateMs.length < EVENTS_A_ROUND * GOOD.length) await pause(EVERY_MS)
  } finally {
    await stop()
    await receiver.close()
  }
  return lateMs.toSorted((a, b) => a - b)[Math.floor(lateMs.length * 0.99)]!
}
