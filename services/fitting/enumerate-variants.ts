import type { Precision, Variant } from '../domain/variant.ts'
import type { Architecture } from './architecture.ts'

const TENSOR_DEGREES = [1, 2, 4, 8]
const PIPELINE_DEGREES = [1, 2]
/** A bound for the search; memory and SLO cut it down. */
const MAX_BATCH = 4096

/**
 * Layouts worth asking about: tensor 1, 2, 4, 8 by pipeline 1, 2 on at most `maxGpus`, and for
 * mixtures of experts also with experts spread, and with attention replicated over them.
 */
export function enumerateVariants(
  architecture: Architecture,
  gpu: string,
  precision: Precision,
  maxGpus = 8,
): readonly Variant[] {
  const base = { gpu, precision, dataParallel: 1, expertParallel: false, maxBatch: MAX_BATCH }
  const sliced = TENSOR_DEGREES.flatMap((tensorParallel) =>
    PIPELINE_DEGREES.map((pipelineParallel) => ({ ...base, tensorParallel, pipelineParallel })),
  )
  const degrees = architecture.experts > 0 ? TENSOR_DEGREES.filter((degree) => degree > 1) : []
  const spread = degrees.flatMap((degree) => [
    { ...base, tensorParallel: degree, pipelineParallel: 1, expertParallel: true },
    { ...base, tensorParallel: 1, pipelineParallel: 1, dataParallel: degree, expertParallel: true },
  ])
  return [...sliced, ...spread].filter(
    (v) => v.tensorParallel * v.pipelineParallel * v.dataParallel <= maxGpus,
  )
}
