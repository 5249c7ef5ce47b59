import type { Precision } from '../domain/variant.ts'
import type { Architecture, GpuSpec } from './architecture.ts'
import { log2Count, type Setting } from './measured-run.ts'

/**
 * The parts of one decode step, in ms at the data sheet's speed. The prior's coefficients say how
 * far real kernels are from that speed.
 */
export const TERMS = [
  'weights',
  'kv',
  'compute',
  'layers',
  'hops',
  'link',
  'requests',
  'routing',
  'prefill',
] as const

export type Term = (typeof TERMS)[number]

export const MS_PER_LAYER = 0.01
export const MS_PER_REQUEST = 0.01
const ACTIVATION_BYTES = 2
const ALL_REDUCES_PER_LAYER = 2

/** Block-scaled 4-bit formats carry a scale per 16 or 32 values. */
const BYTES_PER_WEIGHT: Record<Precision, number> = {
  bf16: 2,
  fp8: 1,
  int8: 1,
  mxfp4: 0.53,
  int4: 0.53,
}

/** Weight-only int4 multiplies in 16 bit; every other narrow format uses the 8-bit units. */
const tflopsOf = (gpu: GpuSpec, precision: Precision): number =>
  precision === 'bf16' || precision === 'int4' ? gpu.bf16Tflops : gpu.fp8Tflops

/** GB of weights outside and inside the experts. A dense model has none inside. */
export function weightGb(
  arch: Architecture,
  precision: Precision,
): { dense: number; expert: number } {
  const bytes = BYTES_PER_WEIGHT[precision]
  const inactive = arch.paramsTotalBillions - arch.paramsActiveBillions
  if (arch.experts === 0 || inactive <= 0)
    return { dense: arch.paramsTotalBillions * bytes, expert: 0 }
  const expert = Math.min(
    arch.paramsTotalBillions,
    inactive / (1 - arch.expertsPerToken / arch.experts),
  )
  return { dense: (arch.paramsTotalBillions - expert) * bytes, expert: expert * bytes }
}

export const contextOf = (setting: Setting): number =>
  setting.contextTokens ?? setting.inputTokens + setting.outputTokens / 2

/** What the terms take of a model, a GPU and a number format: the same for many settings. */
export interface StepLoad {
  readonly precision: Precision
  readonly denseGb: number
  readonly expertGb: number
  /** Share of the experts that one token does not touch. */
  readonly untouched: number
  readonly kvBytesPerToken: number
  readonly gbPerSecond: number
  /** Of one token on one GPU. */
  readonly flopMs: number
  readonly layersMs: number
  readonly routingMs: number
  readonly layers: number
  readonly activationBytes: number
  readonly linkGbPerSecond: number
}

/** What a step of any layout and batch takes. */
export function stepLoad(arch: Architecture, gpu: GpuSpec, precision: Precision): StepLoad {
  const { dense, expert } = weightGb(arch, precision)
  return {
    precision,
    denseGb: dense,
    expertGb: expert,
    untouched: expert === 0 ? 1 : 1 - arch.expertsPerToken / arch.experts,
    kvBytesPerToken: arch.kvBytesPerToken,
    gbPerSecond: gpu.bandwidthGbPerSecond,
    flopMs: (2 * arch.paramsActiveBillions) / tflopsOf(gpu, precision),
    layersMs: MS_PER_LAYER * arch.layers,
    routingMs: arch.experts > 0 ? MS_PER_LAYER * arch.layers : 0,
    layers: arch.layers,
    activationBytes: arch.hiddenSize * ACTIVATION_BYTES * ALL_REDUCES_PER_LAYER,
    linkGbPerSecond: gpu.linkGbPerSecond,
  }
}

/** The terms of one setting, see `writeTerms`. */
export function physicsTerms(setting: Setting, arch: Architecture, gpu: GpuSpec): Float64Array {
  const terms = new Float64Array(TERMS.length)
  writeTerms(stepLoad(arch, gpu, setting.precision), setting, terms, 0)
  return terms
}

/**
 * The nine terms of `TERMS` for one setting, ms, written into `out` from `at` on.
 *
 * Weights: GB read per step over bandwidth; of the experts, the share that `batch` tokens touch,
 * 1 - (1 - k/E)^batch, under uniform routing. Pipeline stages work on batch/pp sequences each and
 * are passed pp times per step, so pipelining divides memory but not the step. Link: two ring
 * all-reduces a layer, 2 (n-1)/n of the activation bytes. Prefill: input tokens per output token
 * at peak FLOP rate, as continuous batching mixes prefill into decode steps.
 *
 * @param load of the setting's number format
 */
export function writeTerms(load: StepLoad, setting: Setting, out: Float64Array, at: number): void {
  const { tensorParallel: tp, pipelineParallel: pp, dataParallel: dp, batch } = setting
  const { expertGb, gbPerSecond, layersMs } = load
  const gpus = tp * pp * dp
  const touched = expertGb === 0 ? 0 : 1 - load.untouched ** (batch / pp)
  const width = tp * dp
  const flopMs = (load.flopMs * batch) / gpus
  const linkBytes = (2 * load.layers * load.activationBytes * batch * (width - 1)) / width
  out[at] = ((load.denseGb / tp + (expertGb * touched) / width) / gbPerSecond) * 1e3
  out[at + 1] = ((batch * contextOf(setting) * load.kvBytesPerToken) / (gpus * gbPerSecond)) * 1e-6
  out[at + 2] = flopMs
  out[at + 3] = layersMs
  out[at + 4] = layersMs * log2Count(width)
  out[at + 5] = (linkBytes / load.linkGbPerSecond / dp) * 1e-6
  out[at + 6] = MS_PER_REQUEST * batch
  out[at + 7] = load.routingMs
  out[at + 8] = (flopMs * setting.inputTokens) / Math.max(1, setting.outputTokens)
}
