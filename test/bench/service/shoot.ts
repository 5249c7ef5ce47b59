import autocannon from 'autocannon'

export interface Shot {
  readonly rps: number
  readonly p99Ms: number
  /** How busy our event loop was, of 1: well under it, the client was the limit. */
  readonly busyRatio: number
}

/**
 * Fires from a thread of its own for a while.
 *
 * @throws where an answer is not of the status that is expected
 */
export async function shoot(options: autocannon.Options, expected = 200): Promise<Shot> {
  const before = performance.eventLoopUtilization()
  const result = await autocannon({ workers: 1, ...options })
  const { utilization } = performance.eventLoopUtilization(before)
  const good = result[`${Math.floor(expected / 100)}xx` as '2xx' | '3xx' | '4xx']
  if (good !== result.requests.total || result.errors > 0) {
    throw new Error(`${options.url}: ${good} of ${result.requests.total}, ${result.errors} failed`)
  }
  return {
    rps: Math.round(result.requests.average),
    p99Ms: result.latency.p99,
    busyRatio: Number(utilization.toFixed(3)),
  }
}
