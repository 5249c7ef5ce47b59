import type { DeferrablePolicy } from '../policy.ts'
import { leastSum, lengthMs } from '../slots.ts'

/** The best whole window of the forecast. */
export const carbonAwareSdk: DeferrablePolicy = {
  id: 'carbon-aware-sdk',
  title: 'Carbon Aware SDK: the best window as long as the job',
  source:
    'github.com/Green-Software-Foundation/carbon-aware-sdk, optimalDataPoints with windowSize',
  place: (job, forecast) => leastSum(job, forecast, lengthMs(job)),
}
