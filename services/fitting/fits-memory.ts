import type { Architecture, GpuSpec } from './architecture.ts'
import type { Setting } from './measured-run.ts'
import { contextOf, weightGb } from './physics-terms.ts'

/** Share of a board's memory an engine may fill (vLLM's default `--gpu-memory-utilization`). */
const USABLE_SHARE = 0.9
/** Activations, CUDA graphs and communication buffers. */
const WORKSPACE_GB = 3
/** Sequences are not all of mean length at once. */
const CACHE_SLACK = 1.2
const BYTES_PER_GB = 1e9

/** GB of each GPU that the weights take: attention copies are whole on every data-parallel rank. */
function weightGbPerGpu(setting: Setting, arch: Architecture): number {
  const { dense, expert } = weightGb(arch, setting.precision)
  const stages = setting.tensorParallel * setting.pipelineParallel
  return dense / stages + expert / (stages * setting.dataParallel)
}

/** Most sequences whose key-value cache fits beside the weights; 0 where the weights do not fit. */
export function batchInMemory(setting: Setting, arch: Architecture, gpu: GpuSpec): number {
  const freeGb = gpu.memoryGb * USABLE_SHARE - WORKSPACE_GB - weightGbPerGpu(setting, arch)
  if (freeGb <= 0) return 0
  const gpus = setting.tensorParallel * setting.pipelineParallel * setting.dataParallel
  const gbPerSequence = (contextOf(setting) * CACHE_SLACK * arch.kvBytesPerToken) / BYTES_PER_GB
  return Math.floor((freeGb * gpus) / gbPerSequence)
}
