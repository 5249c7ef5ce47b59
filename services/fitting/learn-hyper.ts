import { curveKernel } from './curve-kernel.ts'
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
  readonly batchSlope: number
  readonly gpusSlope: number
  readonly shares: number
  readonly curveSd: number
  readonly batchLength: number
  readonly gpusLength: number
  readonly noise: number
}

const START: readonly number[] = [0.3, 0.15, 0.1, 0.1, 0.2, 0.2, 0.8, 1.5, 0.05].map(Math.log)
const INTERCEPT_SD = 1
const D = FEATURES.length
const MAX_EVALUATIONS = 900

const NAMES = [
  'weights',
  'level',
  'batchSlope',
  'gpusSlope',
  'shares',
  'curveSd',
  'batchLength',
  'gpusLength',
  'noise',
] as const

const hyperOf = (x: readonly number[]): Hyper =>
  Object.fromEntries(NAMES.map((name, i) => [name, Math.exp(x[i]!)])) as unknown as Hyper

/** How much each feature's weight may differ from group to group. */
const groupScales = (hyper: Hyper): Float64Array =>
  Float64Array.from(FEATURES, (name) => {
    if (name === 'one') return hyper.level
    if (name === 'logBatch') return hyper.batchSlope
    if (name === 'logGpus') return hyper.gpusSlope
    return name.endsWith('Share') || name === 'stepResidual' ? hyper.shares : 0
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
    curveSd: hyper.curveSd,
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
  choleskyInPlace(precision, D)
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

/** Adds one group's evidence: its own covariance, whitened data, and what they say of the weights. */
function addGroup(
  group: Evidence,
  hyper: Hyper,
  precision: Float64Array,
  moment: Float64Array,
): number {
  const { count } = group
  const kernel = kernelOf(group, hyper)
  choleskyInPlace(kernel, count)
  const white = whiten(kernel, group)
  const width = D + 1
  let logEvidence = 0
  for (let i = 0; i < count; i++) {
    const o = i * width
    const residual = white[o + D]!
    logEvidence -= Math.log(kernel[i * count + i]!) + residual ** 2 / 2
    for (let a = 0; a < D; a++) {
      const value = white[o + a]!
      if (value === 0) continue
      moment[a]! += value * residual
      for (let b = 0; b <= a; b++) precision[a * D + b]! += value * white[o + b]!
    }
  }
  return logEvidence
}

/** Covariance of a group's residuals beyond the shared weights. */
function kernelOf({ count, features, batch, gpus }: Evidence, hyper: Hyper): Float64Array {
  const kernel = new Float64Array(count * count)
  const scales = groupScales(hyper)
  const varying = [...scales.keys()].filter((k) => scales[k]! > 0)
  const variances = varying.map((k) => scales[k]! ** 2)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = curveKernel(hyper, batch[i]! - batch[j]!, gpus[i]! - gpus[j]!)
      for (let v = 0; v < varying.length; v++) {
        const k = varying[v]!
        sum += variances[v]! * features[i * D + k]! * features[j * D + k]!
      }
      kernel[i * count + j] = sum
    }
    kernel[i * count + i]! += hyper.noise ** 2
  }
  return kernel
}

/** Features and, as a last column, residuals, in units in which a group's rows are independent. */
function whiten(factor: Float64Array, { count, features, residual }: Evidence): Float64Array {
  const width = D + 1
  const white = new Float64Array(count * width)
  for (let i = 0; i < count; i++) {
    const o = i * width
    for (let k = 0; k < D; k++) white[o + k] = features[i * D + k]!
    white[o + D] = residual[i]!
    for (let j = 0; j < i; j++) {
      const weight = factor[i * count + j]!
      const p = j * width
      for (let k = 0; k < width; k++) white[o + k]! -= weight * white[p + k]!
    }
    const scale = 1 / factor[i * count + i]!
    for (let k = 0; k < width; k++) white[o + k]! *= scale
  }
  return white
}
