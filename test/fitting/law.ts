import {
  catalogueArchitecture,
  catalogueGpu,
  type MeasuredRun,
  type Setting,
} from '../../services/fitting/index.ts'
import { physicsTerms } from '../../services/fitting/physics-terms.ts'

/** A world whose law is known: step from the physics terms, power from how busy memory is. */
export function runUnderLaw(
  model: string,
  gpuName: string,
  setting: Setting,
  wobble = 0,
): MeasuredRun {
  const architecture = catalogueArchitecture(model)
  const gpu = catalogueGpu(gpuName)
  const t = physicsTerms(setting, architecture, gpu)
  const step =
    (t[0]! * 0.8 + t[1]! + t[2]! * 1.2 + t[3]! * 8 + t[6]! * 5 + t[8]!) * Math.exp(wobble)
  const gpus = setting.tensorParallel * setting.pipelineParallel * setting.dataParallel
  const use = Math.min(1, (t[0]! + t[1]!) / step)
  return {
    ...setting,
    source: 'law',
    model,
    family: architecture.family,
    gpu: gpuName,
    engine: 'vllm',
    task: 'chat',
    tokensPerSecond: (1e3 * setting.batch) / step,
    itlMs: step * 0.9,
    itlP95Ms: step * 1.6,
    powerWatts: gpus * gpu.tdpWatts * (0.35 + 0.5 * use),
  }
}

export const settingOf = (tensorParallel: number, batch: number): Setting => ({
  tensorParallel,
  pipelineParallel: 1,
  dataParallel: 1,
  expertParallel: false,
  precision: 'bf16',
  batch,
  inputTokens: 500,
  outputTokens: 300,
})
