import type { DeferrablePolicy } from '../policy.ts'
import { whole } from '../slots.ts'

/** No shifting: what savings of deferrable work are measured against. */
export const runNow: DeferrablePolicy = {
  id: 'run-now',
  title: 'Every job when it comes in',
  source: 'baseline',
  place: (job) => whole(job, job.earliestStartMs),
}
