import { chooseInformative, type Question } from './choose-informative.ts'
import type { FittedGroup } from './fit-group.ts'
import type { Setting } from './measured-run.ts'
import { passedOn } from './passed-on.ts'
import { posteriorCovariance } from './posterior-covariance.ts'

/** Runs of a group whose errors are still counted by their size, not by its square. */
const FIRST_SERIES = 3

/**
 * Which candidates to measure next: A-optimal design. The chosen set leaves the least variance,
 * summed over what a planner asks for (log of throughput, time per token, power and J/token) and
 * over all candidates. A first series leaves the least standard deviation instead: so few runs
 * cannot tell of every candidate, and whether a choice is right hangs on the usual error, not on
 * the largest. It depends on settings alone, never on outcomes, so a series is known before
 * anything is measured.
 *
 * @param weights how much each candidate's error matters, e.g. the probability that a planner
 *   chooses it; equal by default
 * @param metered false where the runs will have no power: then only the step can be learned
 * @returns indices into `candidates`, the most telling first
 */
export function nextRuns(
  fitted: FittedGroup,
  candidates: readonly Setting[],
  count: number,
  weights: readonly number[] = candidates.map(() => 1),
  metered = true,
): readonly number[] {
  const isFirst = fitted.runs + count <= FIRST_SERIES
  const sizeOf = isFirst ? Math.sqrt : (variance: number) => variance
  const question = { ...askedOf(fitted, candidates, metered), sizeOf }
  return chooseInformative(question, weights, count)
}

/**
 * The step's error is that of throughput and of time per token. Power is given the step: the same
 * error adds w times itself to power, and 1 + w to energy. What is left of power adds to both.
 */
function askedOf(
  fitted: FittedGroup,
  candidates: readonly Setting[],
  metered: boolean,
): Omit<Question, 'sizeOf'> {
  const w = passedOn(fitted, 'power')
  const unknownOf = (output: 'step' | 'power') => ({
    covariance: posteriorCovariance(fitted, output, candidates),
    noise: fitted.prior.outputs[output].noiseSd ** 2,
  })
  const byStep = [1, 1, w ** 2, (1 + w) ** 2]
  if (!metered) return { unknowns: [unknownOf('step')], quantities: byStep.map((share) => [share]) }
  const byPower = [0, 0, 1, 1]
  return {
    unknowns: [unknownOf('step'), unknownOf('power')],
    quantities: byStep.map((share, i) => [share, byPower[i]!]),
  }
}
