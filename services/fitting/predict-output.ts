import { curveShape } from './curve-kernel.ts'
import { type Described, FEATURES } from './features.ts'
import type { FittedGroup, FittedOutput } from './fit-group.ts'
import { forwardInPlace } from './gaussian-process.ts'
import { logBases } from './output-base.ts'
import type { Output, OutputPrior } from './prior.ts'

const D = FEATURES.length
const ROOT_3 = Math.sqrt(3)

/** Posterior of log(quantity) at each candidate; `logSd` includes run-to-run noise. */
export interface Predicted {
  readonly logMean: Float64Array
  readonly logSd: Float64Array
}

/** Candidates worked on side by side: independent sums keep the processor busy. */
const LANES = 4

/**
 * A fit as seen by candidates. With z = (curve kernel to each run, features) of a candidate,
 * `log base + weights . z` is its mean, and `alone + z' form z` its variance without noise.
 */
interface Solved {
  /** Where the runs are, in length scales times sqrt(3). */
  readonly batch: Float64Array
  readonly gpus: Float64Array
  /** Runs first, then features; an even number, the last one 0 where it must be. */
  readonly weights: Float64Array
  /**
   * The lower triangle of the form, doubled below the diagonal, so that it is a product by itself: of
   * rows 0 and 1, then 2 and 3, ..., their entries column by column side by side.
   */
  readonly pairs: Float64Array
}

/** Posterior of one output at every candidate, in one pass over typed arrays. */
export function predictOutput(
  fitted: FittedGroup,
  output: Output,
  described: Described,
): Predicted {
  const prior = fitted.prior.outputs[output]
  const own = fitted.outputs[output]
  const solved = solve(own, prior, described.columns)
  const logMean = logBases(described, prior.base, fitted.gpu)
  const logSd = new Float64Array(described.count)
  const z = new Float64Array(solved.weights.length * LANES)
  const noise = prior.noiseSd ** 2
  const alone = prior.curveSd ** 2 + noise
  for (let row = 0; row < described.count; row += LANES) {
    const lanes = Math.min(LANES, described.count - row)
    fillCurves(z, solved, prior, described, row, lanes)
    fillFeatures(z, own.count, described, row, lanes)
    addProducts(z, solved, row, logMean, logSd)
    for (let i = row; i < row + lanes; i++) logSd[i] = Math.sqrt(Math.max(alone + logSd[i]!, noise))
  }
  return { logMean, logSd }
}

/** The form is the prior's spread of the features less what the runs know: G' G of `whitened`. */
function solve(own: FittedOutput, prior: OutputPrior, columns: readonly number[]): Solved {
  const { count } = own
  const n = count + columns.length
  const white = whitened(own, columns)
  const even = n + (n % 2)
  const pairs = new Float64Array((even * (even + 2)) / 2)
  for (let a = 0; a < n; a++) {
    const first = (a >> 1) * ((a >> 1) + 1) * 2 + (a % 2)
    for (let b = 0; b <= a; b++) {
      let sum = b < count ? 0 : spreadOf(prior, columns[a - count]!, columns[b - count]!)
      for (let i = 0; i < count; i++) sum -= white[a * count + i]! * white[b * count + i]!
      pairs[first + 2 * b] = a === b ? sum : 2 * sum
    }
  }
  const weights = new Float64Array(even)
  weights.set(own.alpha)
  columns.forEach((k, i) => {
    weights[count + i] = own.weights[k]!
  })
  const scaled = (at: Float64Array, length: number) => at.map((v) => (v * ROOT_3) / length)
  return {
    batch: scaled(own.batch, prior.batchLength),
    gpus: scaled(own.gpus, prior.gpusLength),
    weights,
    pairs,
  }
}

/** G' = (L^-1 (I, linear covariance))', one row of length `count` per entry of z. */
function whitened({ count, linear, factor }: FittedOutput, columns: readonly number[]) {
  const white = new Float64Array((count + columns.length) * count)
  for (let i = 0; i < count; i++) {
    white[i * count + i] = 1
    for (let k = 0; k < columns.length; k++)
      white[(count + k) * count + i] = linear[i * D + columns[k]!]!
  }
  for (let at = 0; at < white.length; at += count)
    forwardInPlace(factor, count, white.subarray(at, at + count))
  return white
}

/** Prior covariance of the weights of two features, b <= a. */
function spreadOf({ linearFactor: l }: OutputPrior, a: number, b: number): number {
  const atA = (a * (a + 1)) / 2
  const atB = (b * (b + 1)) / 2
  let sum = 0
  for (let k = 0; k <= b; k++) sum += l[atA + k]! * l[atB + k]!
  return sum
}

function fillCurves(
  z: Float64Array,
  { batch, gpus }: Solved,
  prior: OutputPrior,
  described: Described,
  row: number,
  lanes: number,
): void {
  const variance = prior.curveSd ** 2
  const batchScale = ROOT_3 / prior.batchLength
  const gpusScale = ROOT_3 / prior.gpusLength
  for (let lane = 0; lane < lanes; lane++) {
    const ownBatch = described.batch[row + lane]! * batchScale
    const ownGpus = described.gpus[row + lane]! * gpusScale
    for (let i = 0; i < batch.length; i++) {
      const db = ownBatch - batch[i]!
      const dg = ownGpus - gpus[i]!
      z[i * LANES + lane] = variance * curveShape(Math.sqrt(db * db + dg * dg))
    }
  }
}

function fillFeatures(
  z: Float64Array,
  count: number,
  { features, columns }: Described,
  row: number,
  lanes: number,
): void {
  for (let lane = 0; lane < lanes; lane++) {
    const from = (row + lane) * D
    for (let k = 0; k < columns.length; k++)
      z[(count + k) * LANES + lane] = features[from + columns[k]!]!
  }
}

/**
 * Adds `weights . z` to the mean, and sets the variance to `z' form z`, in each lane. Two rows of the
 * form at a time share what they read of z.
 */
function addProducts(
  z: Float64Array,
  { weights, pairs }: Solved,
  row: number,
  mean: Float64Array,
  variance: Float64Array,
): void {
  let m0 = 0
  let m1 = 0
  let m2 = 0
  let m3 = 0
  let v0 = 0
  let v1 = 0
  let v2 = 0
  let v3 = 0
  for (let a = 0, at = 0; a < weights.length; a += 2) {
    let s0 = 0
    let s1 = 0
    let s2 = 0
    let s3 = 0
    let t0 = 0
    let t1 = 0
    let t2 = 0
    let t3 = 0
    const upper = a * LANES
    const lower = upper + LANES
    for (let b = 0; b <= lower; b += LANES, at += 2) {
      const s = pairs[at]!
      const t = pairs[at + 1]!
      const z0 = z[b]!
      const z1 = z[b + 1]!
      const z2 = z[b + 2]!
      const z3 = z[b + 3]!
      s0 += s * z0
      s1 += s * z1
      s2 += s * z2
      s3 += s * z3
      t0 += t * z0
      t1 += t * z1
      t2 += t * z2
      t3 += t * z3
    }
    const w = weights[a]!
    const x = weights[a + 1]!
    m0 += w * z[upper]! + x * z[lower]!
    m1 += w * z[upper + 1]! + x * z[lower + 1]!
    m2 += w * z[upper + 2]! + x * z[lower + 2]!
    m3 += w * z[upper + 3]! + x * z[lower + 3]!
    v0 += s0 * z[upper]! + t0 * z[lower]!
    v1 += s1 * z[upper + 1]! + t1 * z[lower + 1]!
    v2 += s2 * z[upper + 2]! + t2 * z[lower + 2]!
    v3 += s3 * z[upper + 3]! + t3 * z[lower + 3]!
  }
  // Writes past the end of a typed array are dropped: lanes beyond the last candidate cost nothing.
  mean[row]! += m0
  mean[row + 1]! += m1
  mean[row + 2]! += m2
  mean[row + 3]! += m3
  variance[row] = v0
  variance[row + 1] = v1
  variance[row + 2] = v2
  variance[row + 3] = v3
}
