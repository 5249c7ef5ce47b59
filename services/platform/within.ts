import { setTimeout as pause } from 'node:timers/promises'
import { UpstreamUnavailable } from '../domain/errors.ts'

/**
 * What `answer` comes to, where it comes in time; whoever else waits for it may go on doing so.
 *
 * @throws UpstreamUnavailable once `ms` are over without one
 */
export async function within<Value>(
  ms: number,
  upstream: string,
  answer: Promise<Value>,
): Promise<Value> {
  const over = new AbortController()
  const tooLate = pause(ms, undefined, { signal: over.signal }).then(() => {
    throw new UpstreamUnavailable('no answer in time', { upstream })
  })
  try {
    return await Promise.race([answer, tooLate])
  } finally {
    over.abort()
  }
}
