import type { FittedGroup } from './fit-group.ts'
import type { Setting } from './measured-run.ts'
import { nextRuns } from './next-run.ts'
import { predict } from './predict.ts'

/** Known well enough: no run changes J/token by more than this, log units. */
const ENOUGH_LOG_SD = 0.05

export interface NextRunAdvice {
  /** Largest sd of log(J/token) among candidates that matter. */
  readonly worstLogSd: number
  /** Why no more runs are needed, or undefined. */
  readonly stop?: 'certain' | 'plan-settled'
  readonly runs: readonly Setting[]
}

/**
 * The next runs, or that none is worth its GPU time.
 *
 * @param maxRuns most runs to name
 * @param chosenProbability the planner's probability of choosing each candidate; equal by default.
 *   Where one is certain, more runs cannot change the plan.
 * @param metered false where the runs will have no power
 */
export function adviseNextRuns(
  fitted: FittedGroup,
  candidates: readonly Setting[],
  maxRuns: number,
  chosenProbability: readonly number[] = candidates.map(() => 1 / candidates.length),
  metered = true,
): NextRunAdvice {
  const { logSd } = predict(fitted, candidates).energy
  const relevant = logSd.filter((_, i) => chosenProbability[i]! > 0)
  const worstLogSd = Math.max(...relevant)
  if (worstLogSd < ENOUGH_LOG_SD) return { worstLogSd, stop: 'certain', runs: [] }
  if (candidates.length > 1 && chosenProbability.some((p) => p >= 1)) {
    return { worstLogSd, stop: 'plan-settled', runs: [] }
  }
  const indices = nextRuns(fitted, candidates, maxRuns, chosenProbability, metered)
  return { worstLogSd, runs: indices.map((i) => candidates[i]!) }
}
