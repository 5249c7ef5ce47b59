import type { DeferrablePolicy } from '../policy.ts'
import { leastSum, lengthMs, slotsOf, takeUntilDone } from '../slots.ts'

/**
 * The cheapest slots before the deadline, as many as the job is long; what cannot be interrupted
 * takes the best whole window.
 */
export const waitAwhile: DeferrablePolicy = {
  id: 'wait-awhile',
  title: 'Let’s Wait Awhile: the cleanest slots before the deadline',
  source:
    'Let’s Wait Awhile, Middleware 2021, arXiv 2110.13234; github.com/dos-group/lets-wait-awhile, strategy.py',
  place(job, forecast) {
    if (!job.interruptible) return leastSum(job, forecast, lengthMs(job))
    const cleanest = slotsOf(job, forecast).toSorted(
      (a, b) => a.carbonG - b.carbonG || a.startMs - b.startMs,
    )
    return takeUntilDone(job, cleanest)
  },
}
