import autocannon from 'autocannon'
import { shoot } from './shoot.ts'

export type Question = Pick<autocannon.Options, 'url' | 'headers' | 'method' | 'body'>

const PEAK_CONNECTIONS = 32
const WARM_UP_SECONDS = 2
/** Too much is asked; all answers of these two say when to try again. */
const REFUSED = ['429', '503']

/** How much is answered a second by 32 connections that ask again at once. */
export async function peakOf(question: Question, expected: number, seconds: number) {
  const few = { ...question, connections: PEAK_CONNECTIONS }
  await shoot({ ...few, duration: WARM_UP_SECONDS }, expected)
  return shoot({ ...few, duration: seconds }, expected)
}

/**
 * What more connections than the peak's get that ask again at once: what share of the peak is still
 * answered, how many are told to come back, and what goes wrong.
 *
 * @param expected the status of a good answer
 * @param peakPerSecond of 32 connections
 */
export async function overload(
  question: Question,
  expected: number,
  options: {
    readonly seconds: number
    readonly connections: number
    readonly peakPerSecond: number
  },
) {
  const { seconds, connections, peakPerSecond } = options
  const result = await autocannon({ ...question, workers: 1, connections, duration: seconds })
  const counts = Object.entries(result.statusCodeStats ?? {}).map(
    ([status, { count }]) => [status, count ?? 0] as const,
  )
  const countOf = (statuses: readonly string[]) =>
    counts.filter(([status]) => statuses.includes(status)).reduce((sum, [, n]) => sum + n, 0)
  const good = countOf([String(expected)])
  const refused = countOf(REFUSED)
  const goodPerSecond = Math.round(good / result.duration)
  return {
    connections,
    goodPerSecond,
    goodToPeakRatio: Number((goodPerSecond / peakPerSecond).toFixed(3)),
    p99Ms: result.latency.p99,
    refused,
    wrong: countOf(counts.map(([status]) => status)) - good - refused + result.errors,
  }
}
