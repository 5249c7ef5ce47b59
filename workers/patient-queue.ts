import { setTimeout as pause } from 'node:timers/promises'
import { UpstreamUnavailable } from '../services/domain/errors.ts'
import type { JobQueue } from '../services/queue/index.ts'

export interface Patience {
  /** Stops asking; the call that was under way is then refused with its last error. */
  readonly ended: AbortSignal
  readonly warn: (message: string) => void
  readonly pauseMs?: number
}

const PAUSE_MS = 1_000

/**
 * The part of a queue that work begins with. Where its server does not answer, each call is made again
 * until it is answered: a process that starts beside a slow Redis waits, and does not end. All of them
 * may be repeated: jobs and clocks have ids.
 */
export function patientQueue(
  queue: Pick<JobQueue, 'work' | 'add' | 'schedule'>,
  { ended, warn, pauseMs = PAUSE_MS }: Patience,
): Pick<JobQueue, 'work' | 'add' | 'schedule'> {
  async function again<Result>(call: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await call()
      } catch (error) {
        if (!(error instanceof UpstreamUnavailable) || ended.aborted) throw error
        warn(`work does not begin yet: ${error.message}`)
        await pause(pauseMs, undefined, { signal: ended }).catch(() => undefined)
      }
    }
  }
  return {
    work: (name, handler, options) => again(() => queue.work(name, handler, options)),
    add: (job) => again(() => queue.add(job)),
    schedule: (id, cadence, job) => again(() => queue.schedule(id, cadence, job)),
  }
}
