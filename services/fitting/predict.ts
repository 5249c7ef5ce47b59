import { curveKernel } from './curve-kernel.ts'
import { type Described, FEATURES, givenStep } from './features.ts'
import { describeFor, type FittedGroup } from './fit-group.ts'
import { forwardInPlace } from './gaussian-process.ts'
import type { Setting } from './measured-run.ts'
import { logBase } from './output-base.ts'
import type { Output } from './prior.ts'

const D = FEATURES.length

/** Posterior of log(quantity) at each candidate; `logSd` includes run-to-run noise. */
export interface Predicted {
  readonly logMean: Float64Array
  readonly logSd: Float64Array
}

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
  const given = givenStep(described, step.logMean, fitted.prior.outputs.step.base)
  const power = capped(predictOutput(fitted, 'power', given), fitted, described)
  const share = passedOn(fitted, 'power')
  const logMean = power.logMean.map(
    (mean, i) => mean + step.logMean[i]! - Math.log(1e3 * settings[i]!.batch),
  )
  return {
    step,
    power: withStep(power, step, share),
    energy: withStep({ logMean, logSd: power.logSd }, step, 1 + share),
  }
}

/** Posterior of the median and 95th percentile gap between tokens, log ms, at every candidate. */
export function predictGaps(fitted: FittedGroup, settings: readonly Setting[]) {
  const described = describeFor(fitted, settings)
  const step = predictOutput(fitted, 'step', described)
  const given = givenStep(described, step.logMean, fitted.prior.outputs.step.base)
  const of = (output: Output) =>
    withStep(predictOutput(fitted, output, given), step, passedOn(fitted, output))
  return { itl: of('itl'), itlP95: of('itlP95') }
}

/** How much of a step's log residual an output takes over. */
const passedOn = (fitted: FittedGroup, output: Output): number =>
  fitted.outputs[output].weights[D - 1]!

const withStep = (given: Predicted, step: Predicted, share: number): Predicted => ({
  logMean: given.logMean,
  logSd: given.logSd.map((sd, i) => Math.hypot(sd, share * step.logSd[i]!)),
})

/** No board draws more than its limit for long. */
function capped(power: Predicted, { gpu }: FittedGroup, described: Described): Predicted {
  const limit = Math.log(gpu.tdpWatts)
  return {
    logMean: power.logMean.map((mean, i) => Math.min(mean, limit + described.logGpus[i]!)),
    logSd: power.logSd,
  }
}

function predictOutput(fitted: FittedGroup, output: Output, described: Described): Predicted {
  const prior = fitted.prior.outputs[output]
  const { count, batch, gpus, linear, factor, alpha, weights } = fitted.outputs[output]
  const { features } = described
  const triangle = Float64Array.from(prior.linearFactor)
  const half = new Float64Array(D)
  const logMean = new Float64Array(described.count)
  const logSd = new Float64Array(described.count)
  const k = new Float64Array(count)
  for (let row = 0; row < described.count; row++) {
    const at = row * D
    let mean = logBase(described, row, prior.base, fitted.gpu) + product(weights, 0, features, at)
    for (let i = 0; i < count; i++) {
      const curve = curveKernel(
        prior,
        described.batch[row]! - batch[i]!,
        described.gpus[row]! - gpus[i]!,
      )
      mean += alpha[i]! * curve
      k[i] = curve + product(linear, i * D, features, at)
    }
    forwardInPlace(factor, count, k)
    const variance =
      prior.curveSd ** 2 +
      prior.noiseSd ** 2 +
      linearVariance(triangle, features, at, half) -
      product(k, 0, k, 0, count)
    logMean[row] = mean
    logSd[row] = Math.sqrt(Math.max(variance, prior.noiseSd ** 2))
  }
  return { logMean, logSd }
}

function product(
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
  length: number = D,
): number {
  let sum = 0
  for (let k = 0; k < length; k++) sum += a[i + k]! * b[j + k]!
  return sum
}

/** |L' f|^2 for the packed lower triangle L; `half` is scratch. Zero features cost nothing. */
function linearVariance(l: Float64Array, f: Float64Array, row: number, half: Float64Array): number {
  half.fill(0)
  for (let i = 0, at = 0; i < D; at += ++i) {
    const value = f[row + i]!
    if (value === 0) continue
    for (let j = 0; j <= i; j++) half[j]! += l[at + j]! * value
  }
  return product(half, 0, half, 0)
}
