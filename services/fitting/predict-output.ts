import { curveShape } from './curve-kernel.ts'
import { type Described, FEATURES } from './features.ts'
import type { FittedGroup, FittedOutput } from './fit-group.ts'
import { forwardInPlace } from './gaussian-process.ts'
import { logBases } from './output-base.ts'
import type { Output, OutputPrior } from './prior.ts'

const D = FEATURES.length

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
  /** Features that are not zero for all candidates. */
  readonly columns: readonly number[]
  /** Runs first, then features. */
  readonly weights: Float64Array
  /** Square, doubled below the diagonal and empty above: a product by its lower triangle alone. */
  readonly form: Float64Array
}

/** Posterior of one output at every candidate, in one pass over typed arrays. */
export function predictOutput(
  fitted: FittedGroup,
  output: Output,
  described: Described,
): Predicted {
  const prior = fitted.prior.outputs[output]
  const own = fitted.outputs[output]
  const solved = solve(own, prior, usedColumns(described))
  const logMean = logBases(described, prior.base, fitted.gpu)
  const logSd = new Float64Array(described.count)
  const z = new Float64Array(solved.weights.length * LANES)
  const noise = prior.noiseSd ** 2
  const alone = prior.curveSd ** 2 + noise
  for (let row = 0; row < described.count; row += LANES) {
    const lanes = Math.min(LANES, described.count - row)
    fillCurves(z, own, prior, described, row, lanes)
    fillFeatures(z, own.count, solved.columns, described, row, lanes)
    addProducts(z, solved, row, logMean, logSd)
    for (let i = row; i < row + lanes; i++) logSd[i] = Math.sqrt(Math.max(alone + logSd[i]!, noise))
  }
  return { logMean, logSd }
}

/** Most candidates share a GPU, a number format and a kind of model: a third of features is zero. */
function usedColumns({ features }: Described): readonly number[] {
  return FEATURES.flatMap((_, k) => {
    for (let at = k; at < features.length; at += D) if (features[at] !== 0) return [k]
    return []
  })
}

/** The form is the prior's spread of the features less what the runs know: G' G of `whitened`. */
function solve(own: FittedOutput, prior: OutputPrior, columns: readonly number[]): Solved {
  const { count } = own
  const n = count + columns.length
  const white = whitened(own, columns)
  const form = new Float64Array(n * n)
  for (let a = 0; a < n; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = b < count ? 0 : spreadOf(prior, columns[a - count]!, columns[b - count]!)
      for (let i = 0; i < count; i++) sum -= white[a * count + i]! * white[b * count + i]!
      form[a * n + b] = a === b ? sum : 2 * sum
    }
  }
  const weights = Float64Array.from([...own.alpha, ...columns.map((k) => own.weights[k]!)])
  return { columns, weights, form }
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
  { count, batch, gpus }: FittedOutput,
  prior: OutputPrior,
  described: Described,
  row: number,
  lanes: number,
): void {
  const variance = prior.curveSd ** 2
  const batchScale = Math.sqrt(3) / prior.batchLength
  const gpusScale = Math.sqrt(3) / prior.gpusLength
  for (let lane = 0; lane < lanes; lane++) {
    const ownBatch = described.batch[row + lane]!
    const ownGpus = described.gpus[row + lane]!
    for (let i = 0; i < count; i++) {
      const db = (ownBatch - batch[i]!) * batchScale
      const dg = (ownGpus - gpus[i]!) * gpusScale
      z[i * LANES + lane] = variance * curveShape(Math.sqrt(db * db + dg * dg))
    }
  }
}

function fillFeatures(
  z: Float64Array,
  count: number,
  columns: readonly number[],
  { features }: Described,
  row: number,
  lanes: number,
): void {
  for (let lane = 0; lane < lanes; lane++) {
    const from = (row + lane) * D
    for (let k = 0; k < columns.length; k++)
      z[(count + k) * LANES + lane] = features[from + columns[k]!]!
  }
}

/** Adds `weights . z` to the mean, and sets the variance to `z' form z`, in each lane. */
function addProducts(
  z: Float64Array,
  { weights, form }: Solved,
  row: number,
  mean: Float64Array,
  variance: Float64Array,
): void {
  const n = weights.length
  let m0 = 0
  let m1 = 0
  let m2 = 0
  let m3 = 0
  let v0 = 0
  let v1 = 0
  let v2 = 0
  let v3 = 0
  for (let a = 0; a < n; a++) {
    let s0 = 0
    let s1 = 0
    let s2 = 0
    let s3 = 0
    for (let b = 0, at = 0; b <= a; b++, at += LANES) {
      const scale = form[a * n + b]!
      s0 += scale * z[at]!
      s1 += scale * z[at + 1]!
      s2 += scale * z[at + 2]!
      s3 += scale * z[at + 3]!
    }
    const at = a * LANES
    const weight = weights[a]!
    m0 += weight * z[at]!
    m1 += weight * z[at + 1]!
    m2 += weight * z[at + 2]!
    m3 += weight * z[at + 3]!
    v0 += s0 * z[at]!
    v1 += s1 * z[at + 1]!
    v2 += s2 * z[at + 2]!
    v3 += s3 * z[at + 3]!
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
