import type { GpuSpec, OperatingPoint } from '../../fitting/index.ts'
import type { Fleet, Model } from '../../fleet/index.ts'
import { fitModel, type ModelKnowledge } from '../../pipeline/fit-model.ts'

export interface FitModelTask {
  readonly model: Model
  readonly fleet: Pick<Fleet, 'regions'>
  readonly knowledge: ModelKnowledge
  readonly gpus: readonly GpuSpec[]
}

/** In a worker thread: fits one model on the GPUs of a fleet. */
export const task = ({ model, fleet, knowledge, gpus }: FitModelTask): readonly OperatingPoint[] =>
  fitModel(model, fleet, knowledge, gpus)
