import type { CurveShape } from './curve-kernel.ts'
import { curveKernel } from './curve-kernel.ts'
import type { Evidence } from './evidence.ts'
import { FEATURES } from './features.ts'
import { choleskyInPlace, forwardInPlace } from './gaussian-process.ts'

const D = FEATURES.length

/** What runs say of linear weights: precision D x D and precision times mean. */
export interface Information {
  readonly precision: Float64Array
  readonly moment: Float64Array
}

export const nothingKnown = (): Information => ({
  precision: new Float64Array(D * D),
  moment: new Float64Array(D),
})

export const addInformation = (a: Information, b: Information): Information => ({
  precision: a.precision.map((v, i) => v + b.precision[i]!),
  moment: a.moment.map((v, i) => v + b.moment[i]!),
})

/** F' K^-1 F and F' K^-1 r of one group, K being its curves and noise alone. */
export function informationOf(
  { count, features, batch, gpus, residual }: Evidence,
  shape: CurveShape & { readonly noiseSd: number },
): Information {
  const factor = new Float64Array(count * count)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++)
      factor[i * count + j] = curveKernel(shape, batch[i]! - batch[j]!, gpus[i]! - gpus[j]!)
    factor[i * count + i]! += shape.noiseSd ** 2
  }
  choleskyInPlace(factor, count)
  const white = Array.from({ length: D }, (_, k) => {
    const column = Float64Array.from({ length: count }, (__, i) => features[i * D + k]!)
    forwardInPlace(factor, count, column)
    return column
  })
  const last = residual.slice()
  forwardInPlace(factor, count, last)
  return {
    precision: Float64Array.from({ length: D * D }, (_, at) =>
      dot(white[Math.floor(at / D)]!, white[at % D]!),
    ),
    moment: Float64Array.from(white, (column) => dot(column, last)),
  }
}

/**
 * What is said of w by what is known of w + u, where u ~ N(0, diag(sd^2)) is of no interest; and
 * what this adds to the log evidence: with M = I + S P S, -(log |M|)/2 + |M^-1/2 S m|^2 / 2.
 */
export function absorb(
  { precision, moment }: Information,
  sd: Float64Array,
): Information & { readonly logEvidence: number } {
  const varying = [...sd.keys()].filter((k) => sd[k]! > 0)
  const n = varying.length
  const factor = Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    const [a, b] = [varying[i]!, varying[j]!]
    return sd[a]! * precision[a * D + b]! * sd[b]! + (i === j ? 1 : 0)
  })
  choleskyInPlace(factor, n)
  const known = Float64Array.from(varying, (k) => sd[k]! * moment[k]!)
  forwardInPlace(factor, n, known)
  let logEvidence = dot(known, known) / 2
  for (let i = 0; i < n; i++) logEvidence -= Math.log(factor[i * n + i]!)
  const white = Array.from({ length: D }, (_, a) => {
    const column = Float64Array.from(varying, (k) => sd[k]! * precision[k * D + a]!)
    forwardInPlace(factor, n, column)
    return column
  })
  return {
    precision: precision.map((v, at) => v - dot(white[Math.floor(at / D)]!, white[at % D]!)),
    moment: moment.map((v, a) => v - dot(white[a]!, known)),
    logEvidence,
  }
}

/**
 * Weights and their covariance after hearing what is known: with P = R R',
 * V - V R (I + R' V R)^-1 R' V, which needs no inverse of V.
 *
 * @param covariance D x D
 */
export function conditionOn(
  mean: readonly number[],
  covariance: Float64Array,
  { precision, moment }: Information,
): { readonly mean: Float64Array; readonly covariance: Float64Array } {
  const root = rootOf(precision)
  // One row per direction R of what is known: V r.
  const seen = Array.from({ length: D }, (_, j) =>
    Float64Array.from({ length: D }, (__, a) => {
      let sum = 0
      for (let b = j; b < D; b++) sum += covariance[a * D + b]! * root[b * D + j]!
      return sum
    }),
  )
  const inner = Float64Array.from({ length: D * D }, (_, at) => {
    const [i, j] = [Math.floor(at / D), at % D]
    let sum = i === j ? 1 : 0
    for (let a = i; a < D; a++) sum += root[a * D + i]! * seen[j]![a]!
    return sum
  })
  choleskyInPlace(inner, D)
  const known = Array.from({ length: D }, (_, a) => {
    const column = Float64Array.from(seen, (row) => row[a]!)
    forwardInPlace(inner, D, column)
    return column
  })
  const posterior = covariance.map((v, at) => v - dot(known[Math.floor(at / D)]!, known[at % D]!))
  const surprise = moment.map((v, a) => v - dot(precision.subarray(a * D, (a + 1) * D), mean))
  return {
    mean: Float64Array.from(
      mean,
      (m, a) => m + dot(posterior.subarray(a * D, (a + 1) * D), surprise),
    ),
    covariance: posterior,
  }
}

/** Lower factor of a positive semi-definite matrix; directions without information get almost none. */
function rootOf(precision: Float64Array): Float64Array {
  let trace = 0
  for (let k = 0; k < D; k++) trace += precision[k * D + k]!
  const root = precision.slice()
  for (let k = 0; k < D; k++) root[k * D + k]! += 1e-9 * trace + 1e-12
  choleskyInPlace(root, D)
  for (let i = 0; i < D; i++) for (let j = i + 1; j < D; j++) root[i * D + j] = 0
  return root
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!
  return sum
}
