import type { FeatureColumn } from './feature-columns.ts'
import { FEATURES } from './features.ts'
import type { FittedOutput } from './fit-group.ts'
import { forwardInPlace } from './gaussian-process.ts'
import type { OutputPrior } from './prior.ts'

const D = FEATURES.length
const ROOT_3 = Math.sqrt(3)

/**
 * A fit as seen by candidates. With z = (curve shape to each run, features) of a candidate,
 * `log base + weights . z` is its mean, and `alone + z' form z` its variance without noise.
 */
export interface SolvedOutput {
  /** Where the runs are, in length scales times sqrt(3). */
  readonly batch: Float64Array
  readonly gpus: Float64Array
  /** What brings a candidate there. */
  readonly batchScale: number
  readonly gpusScale: number
  /** Features that a candidate brings. */
  readonly columns: Int32Array
  /** Runs first, then features; an even number, the last one 0 where it must be. */
  readonly weights: Float64Array
  /**
   * The lower triangle of the form, doubled below the diagonal, so that it is a product by itself: of
   * rows 0 and 1, then 2 and 3, ..., their entries column by column side by side.
   */
  readonly pairs: Float64Array
}

/** Weights and form in terms of the kernel; candidates bring its shape, so that its variance goes here. */
export function solveOutput(
  own: FittedOutput,
  prior: OutputPrior,
  columns: readonly FeatureColumn[],
): SolvedOutput {
  const { count } = own
  const n = count + columns.length
  const form = formOf(own, prior, columns)
  const scale = (i: number) => (i < count ? prior.curveSd ** 2 : 1)
  const even = n + (n % 2)
  const pairs = new Float64Array((even * (even + 2)) / 2)
  for (let a = 0; a < n; a++) {
    const first = (a >> 1) * ((a >> 1) + 1) * 2 + (a % 2)
    for (let b = 0; b <= a; b++) {
      const twice = a === b ? 1 : 2
      pairs[first + 2 * b] = twice * scale(a) * scale(b) * form[a * n + b]!
    }
  }
  const weights = new Float64Array(even)
  weights.set([...own.alpha, ...columns.map((column) => merged(own.weights, 0, column))])
  const batchScale = ROOT_3 / prior.batchLength
  const gpusScale = ROOT_3 / prior.gpusLength
  return {
    batch: own.batch.map((at) => at * batchScale),
    gpus: own.gpus.map((at) => at * gpusScale),
    batchScale,
    gpusScale,
    columns: Int32Array.from(columns, ({ lead }) => lead),
    weights: weights.map((weight, i) => weight * scale(i)),
    pairs,
  }
}

/**
 * The prior's spread of the features less what the runs know: G' G of `whitened`. Lower triangle of a
 * square.
 */
function formOf(
  own: FittedOutput,
  prior: OutputPrior,
  columns: readonly FeatureColumn[],
): Float64Array {
  const { count } = own
  const n = count + columns.length
  const white = whitened(own, columns)
  const form = new Float64Array(n * n)
  for (let a = 0; a < n; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = b < count ? 0 : spreadOf(prior, columns[a - count]!, columns[b - count]!)
      for (let i = 0; i < count; i++) sum -= white[a * count + i]! * white[b * count + i]!
      form[a * n + b] = sum
    }
  }
  return form
}

/** G' = (L^-1 (I, linear covariance))', one row of length `count` per entry of z. */
function whitened({ count, linear, factor }: FittedOutput, columns: readonly FeatureColumn[]) {
  const white = new Float64Array((count + columns.length) * count)
  for (let i = 0; i < count; i++) {
    white[i * count + i] = 1
    for (let k = 0; k < columns.length; k++)
      white[(count + k) * count + i] = merged(linear, i * D, columns[k]!)
  }
  for (let at = 0; at < white.length; at += count)
    forwardInPlace(factor, count, white.subarray(at, at + count))
  return white
}

/** What a column stands for of one row of values by feature. */
function merged(values: Float64Array, row: number, { parts }: FeatureColumn): number {
  let sum = 0
  for (const { feature, factor } of parts) sum += factor * values[row + feature]!
  return sum
}

/** Prior covariance of the weights of two columns. */
function spreadOf(prior: OutputPrior, a: FeatureColumn, b: FeatureColumn): number {
  let sum = 0
  for (const one of a.parts)
    for (const other of b.parts)
      sum += one.factor * other.factor * covarianceOf(prior, one.feature, other.feature)
  return sum
}

/** Prior covariance of the weights of two features. */
function covarianceOf({ linearFactor: l }: OutputPrior, a: number, b: number): number {
  const atA = (a * (a + 1)) / 2
  const atB = (b * (b + 1)) / 2
  let sum = 0
  for (let k = 0; k <= Math.min(a, b); k++) sum += l[atA + k]! * l[atB + k]!
  return sum
}
