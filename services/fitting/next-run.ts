import { chooseInformative, type Unknown } from './choose-informative.ts'
import type { FittedGroup } from './fit-group.ts'
import type { Setting } from './measured-run.ts'
import { passedOn } from './passed-on.ts'
import { posteriorCovariance } from './posterior-covariance.ts'

/**
 * Which candidates to measure next: A-optimal design. The chosen set removes the most variance,
 * summed over log throughput, log of both token gaps, log power, log J/token and all candidates.
 * It depends on settings alone, never on outcomes, so a first series is known before anything is
 * measured.
 *
 * @param weights how much each candidate's error matters, e.g. the probability that a planner
 *   chooses it; equal by default
 * @returns indices into `candidates`, the most telling first
 */
export const nextRuns = (
  fitted: FittedGroup,
  candidates: readonly Setting[],
  count: number,
  weights: readonly number[] = candidates.map(() => 1),
): readonly number[] => chooseInformative(unknownsOf(fitted, candidates), weights, count)

/**
 * Gaps and power are given the step: its error adds w times itself to them, and 1 + w to energy.
 * What is left of power adds to power and energy; what is left of the gaps is not asked for.
 */
function unknownsOf(fitted: FittedGroup, candidates: readonly Setting[]): readonly Unknown[] {
  const w = passedOn(fitted, 'power')
  const gaps = passedOn(fitted, 'itl') ** 2 + passedOn(fitted, 'itlP95') ** 2
  const { step, power } = fitted.prior.outputs
  return [
    {
      covariance: posteriorCovariance(fitted, 'step', candidates),
      noise: step.noiseSd ** 2,
      share: 1 + gaps + w ** 2 + (1 + w) ** 2,
    },
    {
      covariance: posteriorCovariance(fitted, 'power', candidates),
      noise: power.noiseSd ** 2,
      share: 2,
    },
  ]
}
