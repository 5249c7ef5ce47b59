import type { Architecture, GpuSpec } from './architecture.ts'
import { curveKernel } from './curve-kernel.ts'
import { type Described, describe, FEATURES, givenStep } from './features.ts'
import { backwardInPlace, choleskyInPlace, forwardInPlace } from './gaussian-process.ts'
import type { MeasuredRun, Setting } from './measured-run.ts'
import { logBase, measuredValue, stepMs } from './output-base.ts'
import { OUTPUTS, type Output, type OutputPrior, type Prior } from './prior.ts'
import { caveatsOf, doubtsOf, suitPrior } from './suit-prior.ts'

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
  /** Posterior standard deviation of each run when predicted from all the others, noise included. */
  readonly leftOutSd: Float64Array
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
  /** As it holds on this GPU, its intervals wide where model or GPU are not fully known. */
  readonly prior: Prior
  /** What is only estimated, in words. */
  readonly caveats: readonly string[]
  readonly runs: number
  /** How each of them was set, in their order. */
  readonly settings: readonly Setting[]
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
  const caveats = caveatsOf(architecture, gpu)
  const suited = suitPrior(prior, gpu, doubtsOf(architecture, gpu))
  const { base } = suited.outputs.step
  const described = describe(runs, architecture, gpu, base)
  const given = givenStep(
    described,
    runs.map((run) => Math.log(stepMs(run))),
  )
  const outputs = Object.fromEntries(
    OUTPUTS.map((output) => {
      const inputs = output === 'step' ? described : given
      return [output, fitOutput(runs, inputs, suited.outputs[output], output, gpu)]
    }),
  ) as Record<Output, FittedOutput>
  const { length } = runs
  return { architecture, gpu, prior: suited, caveats, runs: length, settings: runs, outputs }
}

function fitOutput(
  runs: readonly MeasuredRun[],
  all: Described,
  prior: OutputPrior,
  output: Output,
  gpu: GpuSpec,
): FittedOutput {
  const rows = runs.flatMap((run, row) => (measuredValue(output, run) === undefined ? [] : [row]))
  const shape = covarianceOf(all, rows, prior)
  const alpha = Float64Array.from(rows, (row) => {
    const features = all.features.subarray(row * D, (row + 1) * D)
    const mean = logBase(all, row, prior.base, gpu)
    return Math.log(measuredValue(output, runs[row]!)!) - mean - dot(prior.featureMean, features)
  })
  forwardInPlace(shape.factor, rows.length, alpha)
  backwardInPlace(shape.factor, rows.length, alpha)
  return withOutcome(shape, alpha, prior)
}

type Shape = Omit<FittedOutput, 'alpha' | 'z' | 'leftOutSd' | 'weights'>

/** The half of a fit that depends on settings alone: where the runs are, not what they said. */
function covarianceOf(all: Described, rows: readonly number[], prior: OutputPrior): Shape {
  const count = rows.length
  const batch = Float64Array.from(rows, (row) => all.batch[row]!)
  const gpus = Float64Array.from(rows, (row) => all.gpus[row]!)
  const linear = new Float64Array(count * D)
  const factor = new Float64Array(count * count)
  rows.forEach((row, i) => {
    const features = all.features.subarray(row * D, (row + 1) * D)
    linear.set(linearCovariance(prior, features), i * D)
    for (let j = 0; j <= i; j++) {
      const curve = curveKernel(prior, batch[i]! - batch[j]!, gpus[i]! - gpus[j]!)
      factor[i * count + j] = dot(linear.subarray(j * D, (j + 1) * D), features) + curve
    }
    factor[i * count + i]! += prior.noiseSd ** 2
  })
  choleskyInPlace(factor, count)
  return { count, rows: Int32Array.from(rows), batch, gpus, linear, factor }
}

function withOutcome(shape: Shape, alpha: Float64Array, prior: OutputPrior): FittedOutput {
  const weights = Float64Array.from(prior.featureMean)
  for (let i = 0; i < shape.count; i++) {
    for (let k = 0; k < D; k++) weights[k]! += alpha[i]! * shape.linear[i * D + k]!
  }
  const leftOutSd = leaveOneOut(shape.factor, shape.count)
  return { ...shape, alpha, weights, leftOutSd, z: alpha.map((a, i) => a * leftOutSd[i]!) }
}

/**
 * Rebuilds a fit from what a catalogue ships: the settings measured, the step the other outputs
 * are given there and, per output, the fitted coefficients alpha.
 */
export function restoreGroup(
  settings: readonly Setting[],
  logStepMs: readonly number[],
  alpha: Readonly<Record<Output, readonly number[]>>,
  architecture: Architecture,
  gpu: GpuSpec,
  prior: Prior,
): FittedGroup {
  const caveats = caveatsOf(architecture, gpu)
  const suited = suitPrior(prior, gpu, doubtsOf(architecture, gpu))
  const { base } = suited.outputs.step
  const described = describe(settings, architecture, gpu, base)
  const given = givenStep(described, logStepMs)
  const outputs = Object.fromEntries(
    OUTPUTS.map((output) => {
      const rows = alpha[output].map((_, row) => row)
      const own = suited.outputs[output]
      const shape = covarianceOf(output === 'step' ? described : given, rows, own)
      return [output, withOutcome(shape, Float64Array.from(alpha[output]), own)]
    }),
  ) as Record<Output, FittedOutput>
  const { length } = settings
  return { architecture, gpu, prior: suited, caveats, runs: length, settings, outputs }
}

/** Leave-one-out deviations: 1 / sqrt((C^-1)_ii) (Rasmussen and Williams 5.12). */
function leaveOneOut(factor: Float64Array, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    const column = new Float64Array(count)
    column[i] = 1
    forwardInPlace(factor, count, column)
    return 1 / Math.sqrt(column.reduce((sum, v) => sum + v * v, 0))
  })
}

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
