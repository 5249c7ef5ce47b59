import { fork } from 'node:child_process'
import { once } from 'node:events'

export interface FloodOrder {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** The status of a good answer. */
  readonly expected: number
  readonly connections: number
  readonly ratePerSecond: number
  readonly seconds: number
  /** An answer that comes later than this after its question was due is late. */
  readonly inTimeMs: number
}

/** What came of each question. */
export interface FloodCounts {
  asked: number
  inTime: number
  late: number
  /** 429 or 503, with `Retry-After`. */
  refused: number
  /** Any other answer. */
  unexplained: number
  cut: number
}

const CLIENT = new URL('./flood-client.ts', import.meta.url)

/** Asks as often as ordered, whether it is answered or not, each question counted from its instant. */
export async function flood(order: FloodOrder): Promise<FloodCounts> {
  const client = fork(CLIENT, [JSON.stringify(order)])
  const answer = once(client, 'message')
  const failed = once(client, 'exit').then(([code]) => {
    throw new Error(`the client ended with ${code} before it said anything`)
  })
  const [counts] = (await Promise.race([answer, failed])) as [FloodCounts]
  failed.catch(() => undefined) // it ends once it has told
  return counts
}
