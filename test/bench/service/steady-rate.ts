import { fork } from 'node:child_process'
import { once } from 'node:events'

export interface SteadyOrder {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly connections: number
  readonly ratePerSecond: number
  readonly seconds: number
}

export interface SteadyShot {
  readonly medianMs: number
  readonly p99Ms: number
}

const CLIENT = new URL('./steady-client.ts', import.meta.url)

/**
 * Asks at a steady rate over many connections, each question at its own instant, and counts from that
 * instant: a slow answer is not excused by the questions that it held back. autocannon's own rate is
 * none for latencies: it asks the whole of each second's at the second's beginning.
 */
export async function shootSteadily(order: SteadyOrder): Promise<SteadyShot> {
  const client = fork(CLIENT, [JSON.stringify(order)])
  const answer = once(client, 'message')
  const failed = once(client, 'exit').then(([code]) => {
    throw new Error(`the client ended with ${code} before it said anything`)
  })
  const [tookMs] = (await Promise.race([answer, failed])) as [number[]]
  failed.catch(() => undefined) // it ends once it has told
  const sorted = tookMs.toSorted((a, b) => a - b)
  const at = (share: number) => Number(sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(1))
  return { medianMs: at(0.5), p99Ms: at(0.99) }
}
