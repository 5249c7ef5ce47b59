import type { Architecture, GpuSpec } from './architecture.ts'
import { type Described, describe, FEATURES } from './features.ts'
import { backwardInPlace, choleskyInPlace, forwardInPlace } from './gaussian-process.ts'
import { logBase, measuredValue } from './learn-prior.ts'
import { gpusOf, type MeasuredRun, type Setting } from './measured-run.ts'
import { OUTPUTS, type Output, type OutputPrior, type Prior } from './prior.ts'

const D = FEATURES.length

/** Posterior of one output given the group's runs; plain arrays, so it crosses threads. */
export interface FittedOutput {
  readonly count: number
  readonly batch: Float64Array
  readonly gpus: Float64Array
  /** count x D: features times the linear covariance. */
  readonly linear: Float64Array
  /** Lower Cholesky factor of the runs' covariance. */
  readonly factor: Float64Array
  /** Inverse covariance times residuals. */
  readonly alpha: Float64Array
  /** Standardised leave-one-out residuals, one per run. */
  readonly z: Float64Array
  /** Index into the runs handed in. */
  readonly rows: Int32Array
  /** Posterior mean of the linear weights. */
  readonly weights: Float64Array
}

/** One model on one GPU under one workload: the prior, and what its runs changed. */
export interface FittedGroup {
  readonly architecture: Architecture
  readonly gpu: GpuSpec
  readonly prior: Prior
  readonly runs: number
  readonly outputs: Readonly<Record<Output, FittedOutput>>
}

/**
 * Conditions the prior on the runs of one group. Pure; with no runs it is the prior itself.
 *
 * @param runs 0 to a few dozen runs of one (model, precision, GPU, workload)
 */
export function fitGroup(
  runs: readonly MeasuredRun[],
  architecture: Architecture,
  gpu: GpuSpec,
  prior: Prior,
): FittedGroup {
  const described = describe(runs, architecture, gpu, prior.outputs.step.base)
  const outputs = Object.fromEntries(
    OUTPUTS.map((output) => [
      output,
      fitOutput(runs, described, prior.outputs[output], output, gpu),
    ]),
  ) as Record<Output, FittedOutput>
  return { architecture, gpu, prior, runs: runs.length, outputs }
}

function fitOutput(
  runs: readonly MeasuredRun[],
  all: Described,
  prior: OutputPrior,
  output: Output,
  gpu: GpuSpec,
): FittedOutput {
  const rows = Int32Array.from(
    runs.flatMap((run, row) => (measuredValue(output, run) === undefined ? [] : [row])),
  )
  const count = rows.length
  const batch = Float64Array.from(rows, (row) => all.batch[row]!)
  const gpus = Float64Array.from(rows, (row) => all.gpus[row]!)
  const linear = new Float64Array(count * D)
  const alpha = new Float64Array(count)
  rows.forEach((row, i) => {
    const features = all.features.subarray(row * D, (row + 1) * D)
    linear.set(linearCovariance(prior, features), i * D)
    const mean =
      logBase(all, row, prior.base, gpu, gpusOf(runs[row]!)) + dot(prior.featureMean, features)
    alpha[i] = Math.log(measuredValue(output, runs[row]!)!) - mean
  })
  const factor = new Float64Array(count * count)
  for (let i = 0; i < count; i++) {
    const features = all.features.subarray(rows[i]! * D, (rows[i]! + 1) * D)
    for (let j = 0; j <= i; j++) {
      const curve = curveKernel(prior, batch[i]! - batch[j]!, gpus[i]! - gpus[j]!)
      factor[i * count + j] = dot(linear.subarray(j * D, (j + 1) * D), features) + curve
    }
    factor[i * count + i]! += prior.noiseSd ** 2
  }
  choleskyInPlace(factor, count)
  forwardInPlace(factor, count, alpha)
  backwardInPlace(factor, count, alpha)
  const weights = Float64Array.from(prior.featureMean)
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < D; k++) weights[k]! += alpha[i]! * linear[i * D + k]!
  }
  return {
    count,
    batch,
    gpus,
    linear,
    factor,
    alpha,
    z: leaveOneOut(factor, count, alpha),
    rows,
    weights,
  }
}

/** Standardised leave-one-out residuals: alpha_i / sqrt((C^-1)_ii) (Rasmussen and Williams 5.10). */
function leaveOneOut(factor: Float64Array, count: number, alpha: Float64Array): Float64Array {
  return alpha.map((value, i) => {
    const column = new Float64Array(count)
    column[i] = 1
    forwardInPlace(factor, count, column)
    return value / Math.sqrt(column.reduce((sum, v) => sum + v * v, 0))
  })
}

export const curveKernel = (prior: OutputPrior, batch: number, gpus: number): number =>
  prior.curveSd ** 2 *
  Math.exp(-((batch / prior.batchLength) ** 2 + (gpus / prior.gpusLength) ** 2) / 2)

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!
  return sum
}

/** L (L' f): the features' covariance with every direction of the linear part. */
export function linearCovariance(prior: OutputPrior, features: Float64Array): Float64Array {
  const l = prior.linearFactor
  const half = new Float64Array(D)
  const full = new Float64Array(D)
  for (let i = 0, at = 0; i < D; i++)
    for (let j = 0; j <= i; j++) half[j]! += l[at++]! * features[i]!
  for (let i = 0, at = 0; i < D; i++) for (let j = 0; j <= i; j++) full[i]! += l[at++]! * half[j]!
  return full
}

/** Candidates described once for all outputs. */
export const describeFor = (fitted: FittedGroup, settings: readonly Setting[]): Described =>
  describe(settings, fitted.architecture, fitted.gpu, fitted.prior.outputs.step.base)
