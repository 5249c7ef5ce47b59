import type { Precision } from '../domain/variant.ts'
import type { Architecture, GpuSpec } from './architecture.ts'
import { type FeatureColumn, featureColumns } from './feature-columns.ts'
import { gpusOf, log2Count, type Setting } from './measured-run.ts'
import { type StepLoad, stepLoad, TERMS, writeTerms } from './physics-terms.ts'

/**
 * Inputs of the linear part of the prior, in this order. The last one, how much longer the step
 * takes than its physics base (log), is zero for the step itself: latency and power are modelled
 * given the step, since whatever slows a step also idles the GPU.
 */
export const FEATURES = [
  'one',
  'logBatch',
  'logBatchSquared',
  'logGpus',
  'moe',
  'eightBit',
  'fourBit',
  'bandwidth',
  'dataParallel',
  'weightsShare',
  'kvShare',
  'computeShare',
  'prefillShare',
  'overheadShare',
  'requestShare',
  'logBandwidthUse',
  'logFlopUse',
  'bandwidthUse',
  'flopUse',
  'bandwidth*logBatch',
  'bandwidth*moe',
  'bandwidth*logGpus',
  'logBatch*logGpus',
  'stepResidual',
] as const

/** The GPU that `bandwidth` is relative to: an H100 SXM. */
const REFERENCE_BANDWIDTH_GB_PER_SECOND = 3350
const isEightBit = (precision: Precision) => precision === 'fp8' || precision === 'int8'
const isFourBit = (precision: Precision) => precision === 'mxfp4' || precision === 'int4'
const WIDTH = FEATURES.length

/** Doublings of memory bandwidth between a GPU and the reference. */
export const generationOf = (gpu: GpuSpec): number =>
  Math.log2(gpu.bandwidthGbPerSecond / REFERENCE_BANDWIDTH_GB_PER_SECOND)

/** Settings as the Gaussian process sees them, row after row. */
export interface Described {
  readonly count: number
  /** count x FEATURES. */
  readonly features: Float64Array
  /** What of the features differs from row to row: see `featureColumns`. */
  readonly columns: readonly FeatureColumn[]
  /** count x TERMS, ms. */
  readonly terms: Float64Array
  /** Coefficients of the step's physics terms, and the step by them alone, log ms. */
  readonly stepBase: readonly number[]
  readonly logStepBase: Float64Array
  /** Scaled log2 batch and log2 GPUs, the coordinates of the curve kernel. */
  readonly batch: Float64Array
  readonly gpus: Float64Array
  readonly logGpus: Float64Array
}

/**
 * Describes settings of one model on one GPU.
 *
 * @param stepBase coefficients of the step's physics terms, which weigh the shares
 */
export function describe(
  settings: readonly Setting[],
  arch: Architecture,
  gpu: GpuSpec,
  stepBase: readonly number[],
): Described {
  const count = settings.length
  const described = {
    count,
    features: new Float64Array(count * WIDTH),
    columns: [],
    terms: new Float64Array(count * TERMS.length),
    stepBase,
    logStepBase: new Float64Array(count),
    batch: new Float64Array(count),
    gpus: new Float64Array(count),
    logGpus: new Float64Array(count),
  }
  const seen = { generation: generationOf(gpu), moe: arch.experts > 0 ? 1 : 0 }
  let load: StepLoad | undefined
  for (let row = 0; row < count; row++) {
    const setting = settings[row]!
    // Settings of one question share a number format.
    if (load?.precision !== setting.precision) load = stepLoad(arch, gpu, setting.precision)
    writeTerms(load, setting, described.terms, row * TERMS.length)
    describeOne(described, row, setting, seen)
  }
  return { ...described, columns: featureColumns(described.features, WIDTH) }
}

/** What all rows have in common. */
interface Seen {
  readonly generation: number
  readonly moe: number
}

function describeOne(
  into: Described,
  row: number,
  setting: Setting,
  { generation, moe }: Seen,
): void {
  const { terms: t, features: f, stepBase: c } = into
  const { batch, precision } = setting
  const o = row * TERMS.length
  const at = row * WIDTH
  const s = (Math.log2(batch) - 6) / 3
  const log2Gpus = log2Count(gpusOf(setting))
  const nu = (log2Gpus - 1) / 1.5
  into.batch[row] = s
  into.gpus[row] = nu
  into.logGpus[row] = log2Gpus * Math.LN2
  let stepMs = 0
  for (let k = 0; k < TERMS.length; k++) stepMs += c[k]! * t[o + k]!
  into.logStepBase[row] = Math.log(stepMs)
  const perStep = 1 / stepMs
  const weights = t[o]! * perStep
  const kv = t[o + 1]! * perStep
  const compute = t[o + 2]! * perStep
  const prefill = t[o + 8]! * perStep
  const bandwidthUse = weights + kv
  const flopUse = compute + prefill
  const overheadMs = c[3]! * t[o + 3]! + c[7]! * t[o + 7]!
  const requestsMs = c[6]! * t[o + 6]!
  f[at] = 1
  f[at + 1] = s
  f[at + 2] = s * s
  f[at + 3] = nu
  f[at + 4] = moe
  f[at + 5] = isEightBit(precision) ? 1 : 0
  f[at + 6] = isFourBit(precision) ? 1 : 0
  f[at + 7] = generation
  f[at + 8] = setting.dataParallel > 1 ? 1 : 0
  f[at + 9] = c[0]! * weights
  f[at + 10] = c[1]! * kv
  f[at + 11] = c[2]! * compute
  f[at + 12] = c[8]! * prefill
  f[at + 13] = overheadMs * perStep
  f[at + 14] = requestsMs * perStep
  f[at + 15] = Math.log(bandwidthUse) / 2
  f[at + 16] = Math.log(flopUse) / 2
  f[at + 17] = bandwidthUse
  f[at + 18] = flopUse
  f[at + 19] = generation * s
  f[at + 20] = generation * moe
  f[at + 21] = generation * nu
  f[at + 22] = s * nu
}

/** The same settings with their step known or predicted, ms: what the other outputs are given. */
export function givenStep(described: Described, logStepMs: ArrayLike<number>): Described {
  const features = described.features.slice()
  for (let row = 0; row < described.count; row++) {
    features[(row + 1) * WIDTH - 1] = logStepMs[row]! - described.logStepBase[row]!
  }
  const residual = { lead: WIDTH - 1, parts: [{ feature: WIDTH - 1, factor: 1 }] }
  return { ...described, features, columns: [...described.columns, residual] }
}

/** log of a weighted sum of one row's physics terms, log ms. */
export function logSum(described: Described, row: number, base: readonly number[]): number {
  const k = TERMS.length
  let sum = 0
  for (let j = 0; j < k; j++) sum += base[j]! * described.terms[row * k + j]!
  return Math.log(sum)
}

/** The same for every row; not to be written to. */
export function logSums(described: Described, base: readonly number[]): Float64Array {
  if (base === described.stepBase) return described.logStepBase
  const sums = new Float64Array(described.count)
  for (let row = 0; row < sums.length; row++) sums[row] = logSum(described, row, base)
  return sums
}
