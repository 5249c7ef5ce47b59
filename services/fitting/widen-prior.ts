import type { Architecture, GpuSpec } from './architecture.ts'
import { FEATURES } from './features.ts'
import { choleskyInPlace } from './gaussian-process.ts'
import type { OutputPrior, Prior } from './prior.ts'

const D = FEATURES.length
/** Extra standard deviation of a group's level, log units, per thing that is only estimated. */
const LEVEL_SD = 0.2
/** And of its slope along log batch and log GPUs. */
const SLOPE_SD = 0.1

/** What of a model or GPU is not known for sure, in words; empty where all is. */
export const caveatsOf = (architecture: Architecture, gpu: GpuSpec): readonly string[] =>
  [architecture.estimated, gpu.estimated && `${gpu.name}: ${gpu.estimated}`].filter(
    (caveat): caveat is string => caveat !== undefined,
  )

/** The prior with wider intervals for each caveat; a few runs narrow them again. */
export function widenPrior(prior: Prior, caveats: number): Prior {
  if (caveats === 0) return prior
  const outputs = Object.fromEntries(
    Object.entries(prior.outputs).map(([name, output]) => [name, widenOutput(output, caveats)]),
  ) as Prior['outputs']
  return { ...prior, outputs }
}

function widenOutput(output: OutputPrior, caveats: number): OutputPrior {
  const l = new Float64Array(D * D)
  for (let i = 0, at = 0; i < D; i++)
    for (let j = 0; j <= i; j++) l[i * D + j] = output.linearFactor[at++]!
  const covariance = new Float64Array(D * D)
  for (let i = 0; i < D; i++) {
    for (let j = 0; j < D; j++) {
      for (let k = 0; k <= Math.min(i, j); k++)
        covariance[i * D + j]! += l[i * D + k]! * l[j * D + k]!
    }
  }
  FEATURES.forEach((name, i) => {
    covariance[i * D + i]! += caveats * extraSd(name) ** 2
  })
  choleskyInPlace(covariance, D)
  const linearFactor: number[] = []
  for (let i = 0; i < D; i++) for (let j = 0; j <= i; j++) linearFactor.push(covariance[i * D + j]!)
  return { ...output, linearFactor }
}

function extraSd(feature: string): number {
  if (feature === 'one') return LEVEL_SD
  return feature === 'logBatch' || feature === 'logGpus' ? SLOPE_SD : 0
}
