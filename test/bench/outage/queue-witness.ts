import { setTimeout as pause } from 'node:timers/promises'
import { bullmqOn } from '../../../services/queue/adapters/bullmq.ts'

const EVERY_MS = 100
const PATIENCE_MS = 60_000

/** Adds jobs to a queue of its own on that Redis, ten a second, and runs them, whatever happens to it. */
export async function watchQueue(redisUrl: string) {
  const queue = await bullmqOn({ redisUrl }, { keyPrefix: 'witness' })
  const ran = new Set<number>()
  const acknowledged = new Set<number>()
  let refused = 0
  let over = false
  let lastRanMs = performance.now()
  await queue.work('account', async ({ windowStartMs }) => {
    ran.add(windowStartMs)
    lastRanMs = performance.now()
  })
  const adding = (async () => {
    for (let number = 1; !over; number++) {
      const job = { name: 'account', payload: { windowStartMs: number }, id: `w${number}` } as const
      await queue.add(job).then(
        () => acknowledged.add(number),
        () => refused++,
      )
      await pause(EVERY_MS)
    }
  })()
  const missing = () => [...acknowledged].filter((number) => !ran.has(number))

  async function finish() {
    over = true
    await adding
    const startMs = performance.now()
    while (missing().length > 0 && performance.now() - startMs < PATIENCE_MS) await pause(EVERY_MS)
    const report = { acknowledged: acknowledged.size, refused, lost: missing().length }
    await queue.close()
    return report
  }
  let finished: ReturnType<typeof finish> | undefined

  return {
    /** Whether a job ran after that instant of `performance.now()`. */
    ranSince: (sinceMs: number): boolean => lastRanMs > sinceMs,
    /** Waits until all that was acknowledged has run, for a minute at most; asked again, the same. */
    end: () => {
      finished ??= finish()
      return finished
    },
  }
}
