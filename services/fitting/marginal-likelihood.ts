import type { Evidence } from './evidence.ts'
import { FEATURES } from './features.ts'
import { backwardInPlace, choleskyInPlace, forwardInPlace } from './gaussian-process.ts'
import { HYPERS, type Hyper, weightScales } from './hyper.ts'
import { addOwnGradient, ownCovariance } from './own-covariance.ts'

const D = FEATURES.length
const WIDTH = D + 1

export interface Likelihood {
  readonly logEvidence: number
  /** By the logarithms of the hyper-parameters, in the order of `HYPERS`. */
  readonly gradient: Float64Array
  /** Posterior of the shared weights: mean, and covariance D x D. */
  readonly mean: Float64Array
  readonly covariance: Float64Array
}

/** A group in units in which its rows are independent: features, then the residual, per row. */
interface Whitened {
  readonly group: Evidence
  /** Lower Cholesky factor of the group's own covariance. */
  readonly factor: Float64Array
  readonly white: Float64Array
}

/**
 * Marginal likelihood of all groups with the shared weights integrated out, its gradient
 * (Rasmussen and Williams 5.9) and the weights' posterior. By the Woodbury identity the cost is the
 * sum over groups of n^3 + n^2 D + n D^2, not (all rows)^3. NaN where a covariance is singular.
 */
export function marginalLikelihood(groups: readonly Evidence[], hyper: Hyper): Likelihood {
  const gamma = weightScales(hyper)
  const precision = new Float64Array(D * D)
  const mean = new Float64Array(D)
  let logEvidence = 0
  const whitened = groups.map((group) => whiten(group, hyper))
  for (const one of whitened) logEvidence += addInformation(one, precision, mean)
  for (let i = 0; i < D; i++) precision[i * D + i]! += gamma[i]! ** -2
  choleskyInPlace(precision, D)
  for (let i = 0; i < D; i++) logEvidence -= Math.log(precision[i * D + i]! * gamma[i]!)
  forwardInPlace(precision, D, mean)
  for (const value of mean) logEvidence += value ** 2 / 2
  backwardInPlace(precision, D, mean)
  const covariance = inverse(precision, D)
  const gradient = new Float64Array(HYPERS.length)
  for (const one of whitened) addGradient(one, hyper, precision, mean, gradient)
  gradient[HYPERS.indexOf('weights')] = weightsGradient(gamma, mean, covariance)
  return { logEvidence, gradient, mean, covariance }
}

function whiten(group: Evidence, hyper: Hyper): Whitened {
  const { count, features, residual } = group
  const factor = ownCovariance(group, hyper)
  const white = new Float64Array(count * WIDTH)
  if (!choleskyInPlace(factor, count)) return { group, factor, white: white.fill(Number.NaN) }
  for (let i = 0; i < count; i++) {
    const o = i * WIDTH
    for (let k = 0; k < D; k++) white[o + k] = features[i * D + k]!
    white[o + D] = residual[i]!
    for (let j = 0; j < i; j++) {
      const weight = factor[i * count + j]!
      for (let k = 0; k < WIDTH; k++) white[o + k]! -= weight * white[j * WIDTH + k]!
    }
    const scale = 1 / factor[i * count + i]!
    for (let k = 0; k < WIDTH; k++) white[o + k]! *= scale
  }
  return { group, factor, white }
}

/** Adds what a group says of the shared weights; returns its own part of the log evidence. */
function addInformation(
  { group: { count }, factor, white }: Whitened,
  precision: Float64Array,
  moment: Float64Array,
): number {
  let logEvidence = 0
  for (let i = 0; i < count; i++) {
    const o = i * WIDTH
    const residual = white[o + D]!
    logEvidence -= Math.log(factor[i * count + i]!) + residual ** 2 / 2
    for (let a = 0; a < D; a++) {
      const value = white[o + a]!
      if (value === 0) continue
      moment[a]! += value * residual
      for (let b = 0; b <= a; b++) precision[a * D + b]! += value * white[o + b]!
    }
  }
  return logEvidence
}

/** Adds sum_ij W_ij dK_ij with W = (a a' - S) / 2, a = S residuals, S the inverse covariance. */
function addGradient(
  { group, factor, white }: Whitened,
  hyper: Hyper,
  precision: Float64Array,
  mean: Float64Array,
  into: Float64Array,
): void {
  const n = group.count
  const own = inverse(factor, n)
  const alpha = new Float64Array(n)
  const solved = Array.from({ length: n }, () => new Float64Array(D))
  const column = new Float64Array(n)
  for (let k = 0; k < D; k++) {
    for (let i = 0; i < n; i++) column[i] = white[i * WIDTH + k]!
    backwardInPlace(factor, n, column)
    for (let i = 0; i < n; i++) solved[i]![k] = column[i]!
  }
  for (let i = 0; i < n; i++) column[i] = white[i * WIDTH + D]!
  backwardInPlace(factor, n, column)
  for (let i = 0; i < n; i++) {
    alpha[i] = column[i]! - dot(solved[i]!, mean)
    forwardInPlace(precision, D, solved[i]!)
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const known = dot(solved[i]!, solved[j]!)
      own[i * n + j] = (alpha[i]! * alpha[j]! + known - own[i * n + j]!) / 2
    }
  }
  addOwnGradient(group, hyper, own, into)
}

/** By log of the shared weights' deviation: each weight's expected square against what it may be. */
function weightsGradient(gamma: Float64Array, mean: Float64Array, covariance: Float64Array) {
  let sum = 0
  FEATURES.forEach((name, k) => {
    if (name !== 'one') sum += (covariance[k * D + k]! + mean[k]! ** 2) / gamma[k]! ** 2 - 1
  })
  return sum
}

/** Inverse of the matrix whose lower Cholesky factor is given. */
function inverse(factor: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    const column = result.subarray(i * n, (i + 1) * n)
    column[i] = 1
    forwardInPlace(factor, n, column)
    backwardInPlace(factor, n, column)
  }
  return result
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!
  return sum
}
