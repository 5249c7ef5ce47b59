import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from '../../../services/platform/database/database.ts'
import { calledSender, endpointAt, happen } from '../../support/bad-delivery-run.ts'
import { webhookReceiver } from '../../support/webhook-receiver.ts'

const GOOD = ['good-a', 'good-b', 'good-c', 'good-d']
const EVENTS_A_ROUND = 100
const EVERY_MS = 50
const SUBJECTS = 20
/** Numbers of events that nothing else here uses. */
const FIRST = 1_000_000_000
const RESAMPLED = 1_000

/** From the event to its coming in, of all deliveries to the good endpoints. */
export interface Beside {
  readonly rounds: number
  readonly deliveries: number
  readonly aloneP50Ms: number
  readonly besideDeadP50Ms: number
  readonly aloneP99Ms: number
  readonly besideDeadP99Ms: number
  /** Beside to alone, of the 99th percentiles: 95 % of all ways to draw as many rounds lie between. */
  readonly p99RatioBetween: readonly [number, number]
}

interface Round {
  readonly alone: readonly number[]
  readonly beside: readonly number[]
}

/**
 * Steady events to good endpoints, in turn alone and beside one that never answers, which of both
 * comes first in turn too.
 */
export async function latenciesBesideDead(db: Database, rounds: number): Promise<Beside> {
  const all: Round[] = []
  await lateMs(db, FIRST, false) // to warm up
  for (let round = 0; round < rounds; round++) {
    const first = FIRST + (2 * round + 1) * EVENTS_A_ROUND
    const deadFirst = round % 2 === 1
    const one = await lateMs(db, first, deadFirst)
    const other = await lateMs(db, first + EVENTS_A_ROUND, !deadFirst)
    all.push(deadFirst ? { alone: other, beside: one } : { alone: one, beside: other })
  }
  const alone = all.flatMap((round) => round.alone)
  const beside = all.flatMap((round) => round.beside)
  const drawn = Array.from({ length: RESAMPLED }, () =>
    p99Ratio(all.map(() => all[Math.floor(Math.random() * all.length)]!)),
  )
  return {
    rounds,
    deliveries: alone.length + beside.length,
    aloneP50Ms: quantile(alone, 0.5),
    besideDeadP50Ms: quantile(beside, 0.5),
    aloneP99Ms: quantile(alone, 0.99),
    besideDeadP99Ms: quantile(beside, 0.99),
    p99RatioBetween: [quantile(drawn, 0.025), quantile(drawn, 0.975)],
  }
}

const p99Ratio = (rounds: readonly Round[]): number =>
  quantile(
    rounds.flatMap(({ beside }) => beside),
    0.99,
  ) /
  quantile(
    rounds.flatMap(({ alone }) => alone),
    0.99,
  )

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)]!

async function lateMs(db: Database, first: number, withDead: boolean): Promise<readonly number[]> {
  const late: number[] = []
  const receiver = await webhookReceiver(({ path, body }) => {
    if (path.startsWith('/dead')) return 'hang'
    late.push(Date.now() - (JSON.parse(body) as { data: { atMs: number } }).data.atMs)
    return 204
  })
  // A new one each time: one that has hung for long is left alone for good.
  const ids = withDead ? [...GOOD, `dead-${first}`] : GOOD
  const url = `http://127.0.0.1:${receiver.port}`
  const sender = calledSender(
    db,
    ids.map((id) => endpointAt(url, id)),
  )
  try {
    for (let i = 0; i < EVENTS_A_ROUND; i++) {
      await happen(db, first + i, 1, SUBJECTS)
      sender.call()
      await pause(EVERY_MS)
    }
    while (late.length < EVENTS_A_ROUND * GOOD.length) await pause(EVERY_MS)
  } finally {
    await sender.stop()
    await receiver.close()
  }
  return late
}
