import { UpstreamUnavailable } from '../domain/errors.ts'

/**
 * What `answer` comes to, where it comes in time; whoever else waits for it may go on doing so.
 *
 * @throws UpstreamUnavailable once `ms` are over without one
 */
export function within<Value>(
  ms: number,
  upstream: string,
  answer: Promise<Value>,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const tooLate = () => reject(new UpstreamUnavailable('no answer in time', { upstream }))
    const timer = setTimeout(tooLate, ms)
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
