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

/** Posterior at each candidate: latencies in log ms, power in log W of the whole replica. */
export interface Prediction extends Readonly<Record<Output, Predicted>> {
  /** log(J per output token). */
  readonly energy: Predicted
}

/**
 * Posterior of every output at every candidate.
 *
 * Latency and power are given the step, so their variance is their own plus what the step's
 * uncertainty passes on, and energy per token = power x step / batch is surer than either factor:
 * a slow step draws less power.
 */
export function predict(
  fitted: FittedGroup,
  settings: readonly Setting[],
  described: Described = describeFor(fitted, settings),
): Prediction {
  const step = predictOutput(fitted, 'step', described)
  const given = givenStep(described, step.logMean, fitted.prior.outputs.step.base)
  const power = capped(predictOutput(fitted, 'power', given), fitted, described)
  return {
    step,
    itl: withStep(predictOutput(fitted, 'itl', given), step, passedOn(fitted, 'itl')),
    itlP95: withStep(predictOutput(fitted, 'itlP95', given), step, passedOn(fitted, 'itlP95')),
    power: withStep(power, step, passedOn(fitted, 'power')),
    energy: withStep(
      {
        logMean: power.logMean.map(
          (mean, i) => mean + step.logMean[i]! - Math.log(1e3 * settings[i]!.batch),
        ),
        logSd: power.logSd,
      },
      step,
      1 + passedOn(fitted, 'power'),
    ),
  }
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
  const logMean = new Float64Array(described.count)
  const logSd = new Float64Array(described.count)
  const k = new Float64Array(count)
  for (let row = 0; row < described.count; row++) {
    const features = described.features.subarray(row * D, (row + 1) * D)
    let mean = logBase(described, row, prior.base, fitted.gpu) + product(weights, 0, features)
    let variance =
      prior.curveSd ** 2 + prior.noiseSd ** 2 + linearVariance(prior.linearFactor, features)
    for (let i = 0; i < count; i++) {
      const curve = curveKernel(
        prior,
        described.batch[row]! - batch[i]!,
        described.gpus[row]! - gpus[i]!,
      )
      mean += alpha[i]! * curve
      k[i] = curve + product(linear, i * D, features)
    }
    forwardInPlace(factor, count, k)
    for (let i = 0; i < count; i++) variance -= k[i]! ** 2
    logMean[row] = mean
    logSd[row] = Math.sqrt(Math.max(variance, prior.noiseSd ** 2))
  }
  return { logMean, logSd }
}

function product(a: Float64Array, offset: number, features: Float64Array): number {
  let sum = 0
  for (let j = 0; j < D; j++) sum += a[offset + j]! * features[j]!
  return sum
}

const scratch = new Float64Array(D)

/** |L' f|^2 for the packed lower triangle L. */
function linearVariance(l: readonly number[], features: Float64Array): number {
  scratch.fill(0)
  for (let i = 0, at = 0; i < D; i++) {
    const value = features[i]!
    for (let j = 0; j <= i; j++) scratch[j]! += l[at++]! * value
  }
  return product(scratch, 0, scratch)
}
