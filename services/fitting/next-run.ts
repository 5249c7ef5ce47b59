import { chooseInformative, type Unknown } from './choose-informative.ts'
import type { FittedGroup } from './fit-group.ts'
import type { Setting } from './measured-run.ts'
import { passedOn } from './passed-on.ts'
import { posteriorCovariance } from './posterior-covariance.ts'

/**
 * Which candidates to measure next: A-optimal design. The chosen set removes the most variance,
 * summed over what a planner asks for (log of throughput, time per token, power and J/token) and
 * over all candidates. It depends on settings alone, never on outcomes, so a first series is known
 * before anything is measured.
 *
 * @param weights how much each candidate's error matters, e.g. the probability that a planner
 *   chooses it; equal by default
 * @param metered false where the runs will have no power: then only the step can be learned
 * @returns indices into `candidates`, the most telling first
 */
export const nextRuns = (
  fitted: FittedGroup,
  candidates: readonly Setting[],
  count: number,
  weights: readonly number[] = candidates.map(() => 1),
  metered = true,
): readonly number[] => chooseInformative(unknownsOf(fitted, candidates, metered), weights, count)

/**
 * The step's error is that of throughput and of time per token. Power is given the step: the same
 * error adds w times itself to power, and 1 + w to energy. What is left of power adds to both.
 */
function unknownsOf(
  fitted: FittedGroup,
  candidates: readonly Setting[],
  metered: boolean,
): readonly Unknown[] {
  const w = passedOn(fitted, 'power')
  const { step, power } = fitted.prior.outputs
  const unmetered = {
    covariance: posteriorCovariance(fitted, 'step', candidates),
    noise: step.noiseSd ** 2,
    share: 2 + w ** 2 + (1 + w) ** 2,
  }
  if (!metered) return [unmetered]
  return [
    unmetered,
    {
      covariance: posteriorCovariance(fitted, 'power', candidates),
      noise: power.noiseSd ** 2,
      share: 2,
    },
  ]
}
