import {
  adviseNextRuns,
  candidateSettings,
  type GpuSpec,
  type LeftOutRun,
  leftOutRuns,
  type NextRunAdvice,
} from '../fitting/index.ts'
import type { Fleet, Model } from '../fleet/index.ts'
import { fitOn, type ModelKnowledge, ownRunsOn, precisionOf } from './fit-model.ts'

/** What the fit of a model on one GPU type stands on, how good it is, and what would better it. */
export interface DescribedFit {
  readonly gpu: string
  /** Whose runs: the fleet's own, the catalogue's, or none of this model on this GPU. */
  readonly standsOn: 'own runs' | 'catalogue' | 'prior'
  /** What is only estimated, in words. */
  readonly caveats: readonly string[]
  readonly runs: readonly LeftOutRun[]
  /** Undefined where no layout of the model fits this GPU. */
  readonly next?: NextRunAdvice
}

const MOST_NEXT_RUNS = 3

/** How a model of the fleet is fitted on each GPU type, run by run. */
export function describeFit(
  model: Model,
  fleet: Pick<Fleet, 'regions'>,
  knowledge: ModelKnowledge,
  specOf: (type: string) => GpuSpec,
): readonly DescribedFit[] {
  const types = fleet.regions.flatMap(({ gpus }) => gpus.map(({ type }) => type))
  return [...new Set(types)].map((type) => describeOn(specOf(type), model, knowledge))
}

function describeOn(gpu: GpuSpec, model: Model, knowledge: ModelKnowledge): DescribedFit {
  const fitted = fitOn(gpu, model, knowledge)
  const own = ownRunsOn(gpu, model, knowledge).length > 0
  const { architecture } = knowledge
  const candidates = candidateSettings(architecture, gpu, model.workload, precisionOf(model))
  return {
    gpu: gpu.name,
    standsOn: own ? 'own runs' : fitted.runs > 0 ? 'catalogue' : 'prior',
    caveats: fitted.caveats,
    runs: leftOutRuns(fitted),
    ...(candidates.length > 0 && { next: adviseNextRuns(fitted, candidates, MOST_NEXT_RUNS) }),
  }
}
