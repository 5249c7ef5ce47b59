import { curveShape } from './curve-kernel.ts'
import { type Described, FEATURES } from './features.ts'
import type { FittedGroup } from './fit-group.ts'
import { logBases } from './output-base.ts'
import type { Output } from './prior.ts'
import { type SolvedOutput, solveOutput } from './solve-output.ts'

const D = FEATURES.length

/** Posterior of log(quantity) at each candidate; `logSd` includes run-to-run noise. */
export interface Predicted {
  readonly logMean: Float64Array
  readonly logSd: Float64Array
}

/** Candidates worked on side by side: independent sums keep the processor busy. */
const LANES = 4

/** Posterior of one output at every candidate, in one pass over typed arrays. */
export function predictOutput(
  fitted: FittedGroup,
  output: Output,
  described: Described,
): Predicted {
  const prior = fitted.prior.outputs[output]
  const own = fitted.outputs[output]
  const solved = solveOutput(own, prior, described.columns)
  const logMean = logBases(described, prior.base, fitted.gpu).slice()
  const logSd = new Float64Array(described.count)
  const z = new Float64Array(solved.weights.length * LANES)
  const noise = prior.noiseSd ** 2
  const alone = prior.curveSd ** 2 + noise
  for (let row = 0; row < described.count; row += LANES) {
    fillCurves(z, solved, described, row)
    fillFeatures(z, solved, described, row)
    addProducts(z, solved, row, logMean, logSd)
  }
  for (let i = 0; i < logSd.length; i++) logSd[i] = Math.sqrt(Math.max(alone + logSd[i]!, noise))
  return { logMean, logSd }
}

/** Of the candidates from `row` on, one a lane; beyond the last candidate, the last one again. */
function fillCurves(
  z: Float64Array,
  { batch, gpus, batchScale, gpusScale }: SolvedOutput,
  described: Described,
  row: number,
): void {
  const last = described.count - 1
  const [r1, r2, r3] = [Math.min(row + 1, last), Math.min(row + 2, last), Math.min(row + 3, last)]
  const b0 = described.batch[row]! * batchScale
  const b1 = described.batch[r1]! * batchScale
  const b2 = described.batch[r2]! * batchScale
  const b3 = described.batch[r3]! * batchScale
  const g0 = described.gpus[row]! * gpusScale
  const g1 = described.gpus[r1]! * gpusScale
  const g2 = described.gpus[r2]! * gpusScale
  const g3 = described.gpus[r3]! * gpusScale
  for (let i = 0, at = 0; i < batch.length; i++, at += LANES) {
    const b = batch[i]!
    const g = gpus[i]!
    z[at] = curveShape(Math.sqrt((b0 - b) ** 2 + (g0 - g) ** 2))
    z[at + 1] = curveShape(Math.sqrt((b1 - b) ** 2 + (g1 - g) ** 2))
    z[at + 2] = curveShape(Math.sqrt((b2 - b) ** 2 + (g2 - g) ** 2))
    z[at + 3] = curveShape(Math.sqrt((b3 - b) ** 2 + (g3 - g) ** 2))
  }
}

function fillFeatures(
  z: Float64Array,
  { batch, columns }: SolvedOutput,
  { features, count }: Described,
  row: number,
): void {
  const last = count - 1
  const f0 = row * D
  const f1 = Math.min(row + 1, last) * D
  const f2 = Math.min(row + 2, last) * D
  const f3 = Math.min(row + 3, last) * D
  for (let k = 0, at = batch.length * LANES; k < columns.length; k++, at += LANES) {
    const column = columns[k]!
    z[at] = features[f0 + column]!
    z[at + 1] = features[f1 + column]!
    z[at + 2] = features[f2 + column]!
    z[at + 3] = features[f3 + column]!
  }
}

/**
 * Adds `weights . z` to the mean, and sets the variance to `z' form z`, in each lane. Two rows of the
 * form at a time share what they read of z.
 */
function addProducts(
  z: Float64Array,
  { weights, pairs }: SolvedOutput,
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
