import autocannon from 'autocannon'
import { shoot } from './shoot.ts'

export type Question = Pick<autocannon.Options, 'url' | 'headers' | 'method' | 'body'>

const PEAK_CONNECTIONS = 32
const WARM_UP_SECONDS = 2
const LOOK_MS = 50
/** Too much is asked; all answers of these two say when to try again. */
const REFUSED = ['429', '503']

/**
 * How much is answered a second by 32 connections that ask again at once, and then by many more of
 * them: what share of it is still answered, how many are told to come back, and what goes wrong.
 *
 * @param expected the status of a good answer
 * @param connections far more than 32
 */
export async function overload(
  question: Question,
  expected: number,
  { seconds, connections }: { readonly seconds: number; readonly connections: number },
) {
  const few = { ...question, connections: PEAK_CONNECTIONS }
  await shoot({ ...few, duration: WARM_UP_SECONDS }, expected)
  const peak = await shoot({ ...few, duration: seconds }, expected)
  let mostRssBytes = 0
  const looking = setInterval(() => {
    mostRssBytes = Math.max(mostRssBytes, process.memoryUsage.rss())
  }, LOOK_MS)
  const result = await autocannon({ ...question, workers: 1, connections, duration: seconds })
  clearInterval(looking)
  const counts = Object.entries(result.statusCodeStats ?? {}).map(
    ([status, { count }]) => [status, count ?? 0] as const,
  )
  const countOf = (statuses: readonly string[]) =>
    counts.filter(([status]) => statuses.includes(status)).reduce((sum, [, n]) => sum + n, 0)
  const good = countOf([String(expected)])
  const refused = countOf(REFUSED)
  const goodPerSecond = Math.round(good / result.duration)
  return {
    peakPerSecond: peak.rps,
    peakP99Ms: peak.p99Ms,
    connections,
    goodPerSecond,
    goodToPeakRatio: Number((goodPerSecond / peak.rps).toFixed(3)),
    p99Ms: result.latency.p99,
    refused,
    wrong: countOf(counts.map(([status]) => status)) - good - refused + result.errors,
    mostRssMb: Math.round(mostRssBytes / 2 ** 20),
  }
}
