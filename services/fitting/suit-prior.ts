import type { Architecture, GpuSpec } from './architecture.ts'
import { FEATURES, generationOf } from './features.ts'
import { choleskyInPlace } from './gaussian-process.ts'
import { lowerTriangle, squareOf } from './linear-covariance.ts'
import type { OutputPrior, Prior } from './prior.ts'

const D = FEATURES.length
/** Extra standard deviation of a group's level, log units, per thing that is only estimated. */
const LEVEL_SD = 0.2
/** And of its slope along log batch and log GPUs. */
const SLOPE_SD = 0.1
/** A GPU without a spec is unknown in bandwidth, arithmetic, links and power: four things. */
const DOUBTS_WITHOUT_SPEC = 4
/** And taken to be one doubling of bandwidth away from the reference. */
const IRREGULARITY_WITHOUT_SPEC = 1

/** What of a model or GPU is not known for sure, in words; empty where all is. */
export const caveatsOf = (architecture: Architecture, gpu: GpuSpec): readonly string[] =>
  [architecture.estimated, gpu.estimated && `${gpu.name}: ${gpu.estimated}`].filter(
    (caveat): caveat is string => caveat !== undefined,
  )

/** How many things about a model and a GPU are only estimated. */
export const doubtsOf = (architecture: Architecture, gpu: GpuSpec): number =>
  (architecture.estimated ? 1 : 0) +
  (gpu.isUnspecified ? DOUBTS_WITHOUT_SPEC : gpu.estimated ? 1 : 0)

/**
 * The prior as it holds on one GPU: curves and noise as irregular as the GPU is unlike the
 * reference, and wider intervals for each doubt, which a few runs narrow again. Doing it twice
 * changes no irregularity.
 */
export function suitPrior(prior: Prior, gpu: GpuSpec, doubts: number): Prior {
  const irregularity = gpu.isUnspecified ? IRREGULARITY_WITHOUT_SPEC : Math.abs(generationOf(gpu))
  const outputs = Object.fromEntries(
    Object.entries(prior.outputs).map(([name, output]) => {
      const suited = {
        ...output,
        curveSd: output.curveSd * output.curveGrowth ** irregularity,
        noiseSd: output.noiseSd * output.noiseGrowth ** irregularity,
        curveGrowth: 1,
        noiseGrowth: 1,
      }
      return [name, doubts === 0 ? suited : widenOutput(suited, doubts)]
    }),
  ) as Prior['outputs']
  return { ...prior, outputs }
}

function widenOutput(output: OutputPrior, doubts: number): OutputPrior {
  const covariance = squareOf(output.linearFactor)
  FEATURES.forEach((name, i) => {
    covariance[i * D + i]! += doubts * extraSd(name) ** 2
  })
  choleskyInPlace(covariance, D)
  return { ...output, linearFactor: lowerTriangle(covariance) }
}

function extraSd(feature: string): number {
  if (feature === 'one') return LEVEL_SD
  return feature === 'logBatch' || feature === 'logGpus' ? SLOPE_SD : 0
}
