import type { Precision } from '../domain/variant.ts'
import type { Architecture, GpuSpec } from './architecture.ts'
import { enumerateVariants } from './enumerate-variants.ts'
import { batchInMemory } from './fits-memory.ts'
import type { Setting } from './measured-run.ts'

const FIRST_BATCH = 8
const MOST_BATCH = 1024

/** Settings worth measuring: every layout that fits, at batches of 8, 16, 32, ... in memory. */
export function candidateSettings(
  architecture: Architecture,
  gpu: GpuSpec,
  workload: { readonly inputTokens: number; readonly outputTokens: number },
  precision: Precision,
  maxGpus = 8,
): readonly Setting[] {
  return enumerateVariants(architecture, gpu.name, precision, maxGpus).flatMap((variant) => {
    const { tensorParallel, pipelineParallel, dataParallel, expertParallel } = variant
    const layout = { tensorParallel, pipelineParallel, dataParallel, expertParallel, precision }
    const room = batchInMemory({ ...layout, ...workload, batch: 1 }, architecture, gpu)
    const settings: Setting[] = []
    for (let batch = FIRST_BATCH; batch <= Math.min(room, MOST_BATCH); batch *= 2) {
      settings.push({ ...layout, ...workload, batch })
    }
    return settings
  })
}
