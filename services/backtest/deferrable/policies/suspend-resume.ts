import type { DeferrablePolicy } from '../policy.ts'
import { lengthMs, slotsOf, takeUntilDone, whole } from '../slots.ts'

const DAY_MS = 86_400_000
const QUANTILE = 0.3

/**
 * Runs while the forecast is below the 30th percentile of the next 24 hours, and in any case once no
 * more waiting is allowed.
 */
export const suspendResume: DeferrablePolicy = {
  id: 'suspend-resume',
  title: 'Suspend and resume at the 30th percentile of the next day',
  source: 'Ecovisor, ASPLOS 2023; as coded in github.com/umassos/GAIA, suspend-resume-threshold',
  place(job, forecast) {
    const slots = slotsOf(job, forecast)
    const day = slots.filter(({ startMs }) => startMs < job.earliestStartMs + DAY_MS)
    const sorted = day.map(({ carbonG }) => carbonG).sort((a, b) => a - b)
    const threshold = sorted[Math.floor(QUANTILE * (sorted.length - 1))]!
    let waitMs = job.deadline.atMs - job.earliestStartMs - lengthMs(job)
    const run = slots.filter(({ startMs, endMs, carbonG }) => {
      if (carbonG < threshold || waitMs < endMs - startMs) return true
      waitMs -= endMs - startMs
      return false
    })
    const pieces = takeUntilDone(job, run)
    return job.interruptible ? pieces : whole(job, pieces[0]!.startMs)
  },
}
