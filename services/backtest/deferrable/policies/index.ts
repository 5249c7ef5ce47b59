import type { DeferrablePolicy } from '../policy.ts'
import { carbonAwareSdk } from './carbon-aware-sdk.ts'
import { carbonScaler } from './carbon-scaler.ts'
import { gaia } from './gaia.ts'
import { runNow } from './run-now.ts'
import { suspendResume } from './suspend-resume.ts'
import { waitAwhile } from './wait-awhile.ts'

/**
 * Every published rule for deferrable work, in the order of the report.
 *
 * @param hours lengths of the jobs, for the rule that knows its queues' means
 */
export const deferrablePolicies = (hours: readonly number[]): readonly DeferrablePolicy[] => [
  runNow,
  carbonAwareSdk,
  gaia(hours),
  suspendResume,
  waitAwhile,
  carbonScaler,
]
