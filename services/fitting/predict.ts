import { type Described, givenStep } from './features.ts'
import { describeFor, type FittedGroup } from './fit-group.ts'
import type { Setting } from './measured-run.ts'
import { passedOn, passedOnVariance } from './passed-on.ts'
import { type Predicted, predictOutput } from './predict-output.ts'
import type { Output } from './prior.ts'

/** Posterior at each candidate: the step in log ms, power in log W of the whole replica. */
export interface Prediction {
  readonly step: Predicted
  readonly power: Predicted
  /** log(J per output token). */
  readonly energy: Predicted
}

/**
 * Posterior of what a planner needs, at every candidate.
 *
 * Power is given the step, so its variance is its own plus what the step's uncertainty passes on,
 * and energy per token = power x step / batch is surer than either factor: a slow step draws less.
 */
export function predict(
  fitted: FittedGroup,
  settings: readonly Setting[],
  described: Described = describeFor(fitted, settings),
): Prediction {
  const step = predictOutput(fitted, 'step', described)
  const given = givenStep(described, step.logMean)
  const power = capped(predictOutput(fitted, 'power', given), fitted, described)
  const share = passedOn(fitted, 'power')
  const unsure = passedOnVariance(fitted, 'power')
  const logMean = new Float64Array(described.count)
  for (let i = 0; i < logMean.length; i++) {
    logMean[i] = power.logMean[i]! + step.logMean[i]! - Math.log(1e3 * settings[i]!.batch)
  }
  return {
    step,
    power: withStep(power, step, share, unsure),
    energy: spread(withStep({ logMean, logSd: power.logSd }, step, 1 + share, unsure), fitted),
  }
}

/** Posterior of the median and 95th percentile gap between tokens, log ms, at every candidate. */
export function predictGaps(fitted: FittedGroup, settings: readonly Setting[]) {
  const described = describeFor(fitted, settings)
  const step = predictOutput(fitted, 'step', described)
  const given = givenStep(described, step.logMean)
  const of = (output: Output) =>
    withStep(
      predictOutput(fitted, output, given),
      step,
      passedOn(fitted, output),
      passedOnVariance(fitted, output),
    )
  return { itl: of('itl'), itlP95: of('itlP95') }
}

/**
 * Adds what the step's error passes on: the variance of a product of two independent normals, a
 * share of mean `share` and variance `unsure`, and an error of mean 0 (Goodman, 1960).
 */
function withStep(given: Predicted, step: Predicted, share: number, unsure: number): Predicted {
  const factor = share ** 2 + unsure
  const logSd = new Float64Array(given.logSd.length)
  for (let i = 0; i < logSd.length; i++) {
    // Math.hypot guards against overflow, which logarithms know nothing of, at ten times the cost.
    logSd[i] = Math.sqrt(given.logSd[i]! ** 2 + factor * step.logSd[i]! ** 2)
  }
  return { logMean: given.logMean, logSd }
}

/** See `energySpreadOf`. */
function spread({ logMean, logSd }: Predicted, { prior }: FittedGroup): Predicted {
  for (let i = 0; i < logSd.length; i++) logSd[i]! *= prior.energySpread
  return { logMean, logSd }
}

/** No board draws more than its limit for long, where that is known. */
function capped(power: Predicted, { gpu }: FittedGroup, described: Described): Predicted {
  if (gpu.isUnspecified) return power
  const limit = Math.log(gpu.tdpWatts)
  const logMean = new Float64Array(described.count)
  for (let i = 0; i < logMean.length; i++) {
    logMean[i] = Math.min(power.logMean[i]!, limit + described.logGpus[i]!)
  }
  return { logMean, logSd: power.logSd }
}
