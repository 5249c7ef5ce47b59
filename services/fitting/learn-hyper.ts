import { FEATURES } from './features.ts'
import { backwardInPlace, choleskyInPlace, forwardInPlace } from './gaussian-process.ts'
import { minimise } from './nelder-mead.ts'
import type { OutputPrior } from './prior.ts'

/** What one group says of one output: inputs and log residuals from the base. */
export interface Evidence {
  readonly count: number
  readonly features: Float64Array
  readonly batch: Float64Array
  readonly gpus: Float64Array
  readonly residual: Float64Array
}

/** Standard deviations and length scales, the unknowns of the marginal likelihood. */
interface Hyper {
  readonly weights: number
  readonly level: number
  readonly slope: number
  readonly shares: number
  readonly curve: number
  readonly batchLength: number
  readonly gpusLength: number
  readonly noise: number
}

const START: readonly number[] = [0.3, 0.15, 0.1, 0.2, 0.2, 0.8, 1.5, 0.06].map(Math.log)
const INTERCEPT_SD = 1
const SLOPES = ['logBatch', 'logGpus']
const D = FEATURES.length
const MAX_EVALUATIONS = 700

const hyperOf = (x: readonly number[]): Hyper => {
  const [weights, level, slope, shares, curve, batchLength, gpusLength, noise] = x.map(Math.exp)
  return {
    weights: weights!,
    level: level!,
    slope: slope!,
    shares: shares!,
    curve: curve!,
    batchLength: batchLength!,
    gpusLength: gpusLength!,
    noise: noise!,
  }
}

/** How much each feature's weight may differ from group to group. */
const groupScales = (hyper: Hyper): Float64Array =>
  Float64Array.from(FEATURES, (name) => {
    if (name === 'one') return hyper.level
    if (SLOPES.includes(name)) return hyper.slope
    return name.endsWith('Share') ? hyper.shares : 0
  })

const weightScales = (hyper: Hyper): Float64Array =>
  Float64Array.from(FEATURES, (name) => (name === 'one' ? INTERCEPT_SD : hyper.weights))

/** Weakly informative log-normal prior on the hyper-parameters: keeps flat directions bounded. */
const penalty = (x: readonly number[]): number =>
  x.reduce((sum, value, i) => sum + ((value - START[i]!) / 1.5) ** 2 / 2, 0)

/** Maximum a posteriori hyper-parameters and the weights' posterior under them. */
export function learnHyper(groups: readonly Evidence[]): Omit<OutputPrior, 'base'> {
  const best = minimise(
    (x) => penalty(x) - evidenceOf(groups, hyperOf(x)).logEvidence,
    START,
    0.4,
    MAX_EVALUATIONS,
  )
  const hyper = hyperOf(best.x)
  const { mean, covariance } = evidenceOf(groups, hyper)
  const scales = groupScales(hyper)
  for (let i = 0; i < D; i++) covariance[i * D + i]! += scales[i]! ** 2 + 1e-10
  choleskyInPlace(covariance, D)
  const linearFactor: number[] = []
  for (let i = 0; i < D; i++) for (let j = 0; j <= i; j++) linearFactor.push(covariance[i * D + j]!)
  return {
    featureMean: [...mean],
    linearFactor,
    curveSd: hyper.curve,
    batchLength: hyper.batchLength,
    gpusLength: hyper.gpusLength,
    noiseSd: hyper.noise,
  }
}

/**
 * Marginal likelihood of all groups with the shared weights integrated out, and their posterior.
 * Woodbury: cost is the sum over groups of n^3 + n^2 D, not (all rows)^3.
 */
function evidenceOf(groups: readonly Evidence[], hyper: Hyper) {
  const precision = new Float64Array(D * D)
  const moment = new Float64Array(D)
  const gamma = weightScales(hyper)
  let logEvidence = 0
  for (const group of groups) logEvidence += addGroup(group, hyper, precision, moment)
  for (let i = 0; i < D; i++) precision[i * D + i]! += gamma[i]! ** -2
  if (!choleskyInPlace(precision, D))
    return { logEvidence: -Infinity, mean: moment, covariance: precision }
  for (let i = 0; i < D; i++) logEvidence -= Math.log(precision[i * D + i]!) + Math.log(gamma[i]!)
  forwardInPlace(precision, D, moment)
  for (const value of moment) logEvidence += value ** 2 / 2
  backwardInPlace(precision, D, moment)
  const covariance = new Float64Array(D * D)
  for (let j = 0; j < D; j++) {
    const column = new Float64Array(D)
    column[j] = 1
    forwardInPlace(precision, D, column)
    backwardInPlace(precision, D, column)
    for (let i = 0; i < D; i++) covariance[i * D + j] = column[i]!
  }
  return { logEvidence, mean: moment, covariance }
}

function addGroup(
  { count, features, batch, gpus, residual }: Evidence,
  hyper: Hyper,
  precision: Float64Array,
  moment: Float64Array,
): number {
  const kernel = new Float64Array(count * count)
  const scales = groupScales(hyper)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k < D; k++) {
        if (scales[k]! > 0) sum += scales[k]! ** 2 * features[i * D + k]! * features[j * D + k]!
      }
      const ds = (batch[i]! - batch[j]!) / hyper.batchLength
      const dn = (gpus[i]! - gpus[j]!) / hyper.gpusLength
      sum += hyper.curve ** 2 * Math.exp(-(ds * ds + dn * dn) / 2)
      kernel[i * count + j] = sum + (i === j ? hyper.noise ** 2 : 0)
    }
  }
  if (!choleskyInPlace(kernel, count)) return -Infinity
  const white = Float64Array.from(residual)
  forwardInPlace(kernel, count, white)
  // Whitened features, column by column.
  const columns = Array.from({ length: D }, (_, k) => {
    const column = Float64Array.from({ length: count }, (__, i) => features[i * D + k]!)
    forwardInPlace(kernel, count, column)
    return column
  })
  let logEvidence = 0
  for (let i = 0; i < count; i++) {
    logEvidence -= Math.log(kernel[i * count + i]!) + white[i]! ** 2 / 2
  }
  for (let a = 0; a < D; a++) {
    for (let i = 0; i < count; i++) moment[a]! += columns[a]![i]! * white[i]!
    for (let b = 0; b <= a; b++) {
      let sum = 0
      for (let i = 0; i < count; i++) sum += columns[a]![i]! * columns[b]![i]!
      precision[a * D + b]! += sum
      if (a !== b) precision[b * D + a]! += sum
    }
  }
  return logEvidence
}
