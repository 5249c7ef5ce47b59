import { type Described, FEATURES } from './features.ts'
import { describeFor, type FittedGroup } from './fit-group.ts'
import { forwardInPlace } from './gaussian-process.ts'
import { logBase } from './learn-prior.ts'
import { gpusOf, type Setting } from './measured-run.ts'
import type { Output } from './prior.ts'

const D = FEATURES.length

/** Posterior of log(output) at each candidate; `logSd` includes run-to-run noise. */
export interface Predicted {
  readonly logMean: Float64Array
  readonly logSd: Float64Array
}

/**
 * Posterior mean and standard deviation of log(output) at every candidate.
 *
 * @returns step and itl in log ms, power in log W of the whole replica
 */
export function predictOutput(
  fitted: FittedGroup,
  output: Output,
  settings: readonly Setting[],
  described: Described = describeFor(fitted, settings),
): Predicted {
  const prior = fitted.prior.outputs[output]
  const { count, batch, gpus, linear, factor, alpha, weights } = fitted.outputs[output]
  const logMean = new Float64Array(settings.length)
  const logSd = new Float64Array(settings.length)
  const k = new Float64Array(count)
  const half = new Float64Array(D)
  const l = prior.linearFactor
  const curveVariance = prior.curveSd ** 2
  const f = described.features
  for (let row = 0; row < settings.length; row++) {
    const o = row * D
    let mean = logBase(described, row, prior.base, fitted.gpu, gpusOf(settings[row]!))
    for (let j = 0; j < D; j++) mean += weights[j]! * f[o + j]!
    half.fill(0)
    for (let i = 0, at = 0; i < D; i++) {
      const value = f[o + i]!
      for (let j = 0; j <= i; j++) half[j]! += l[at++]! * value
    }
    let variance = curveVariance + prior.noiseSd ** 2
    for (let j = 0; j < D; j++) variance += half[j]! ** 2
    for (let i = 0; i < count; i++) {
      const ds = (described.batch[row]! - batch[i]!) / prior.batchLength
      const dn = (described.gpus[row]! - gpus[i]!) / prior.gpusLength
      const curve = curveVariance * Math.exp(-(ds * ds + dn * dn) / 2)
      mean += alpha[i]! * curve
      let sum = curve
      for (let j = 0; j < D; j++) sum += linear[i * D + j]! * f[o + j]!
      k[i] = sum
    }
    forwardInPlace(factor, count, k)
    for (let i = 0; i < count; i++) variance -= k[i]! ** 2
    logMean[row] = mean
    logSd[row] = Math.sqrt(Math.max(variance, prior.noiseSd ** 2))
  }
  return { logMean, logSd }
}
