import modelFile from '../../config/catalogue/models.json' with { type: 'json' }
import { NotFound } from '../domain/errors.ts'
import type { Precision } from '../domain/variant.ts'
import type { Architecture, GpuSpec } from './architecture.ts'
import { catalogueArchitecture, findGpu } from './catalogue.ts'
import { type FittedGroup, fitGroup, restoreGroup } from './fit-group.ts'
import { BARE_TASK, type Setting } from './measured-run.ts'
import { nearest } from './nearest.ts'
import type { Output, Prior } from './prior.ts'
import { shippedPrior } from './shipped-prior.ts'

/** One fitted (model, number format, GPU) of the catalogue. */
export interface CatalogueModel {
  /** `<model>@<gpu>:<precision>`. */
  readonly id: string
  readonly model: string
  readonly gpu: string
  readonly precision: Precision
  readonly task: string
  /** Number of runs fitted. */
  readonly runs: number
  /** Median error of each run when predicted from the others, percent. */
  readonly errorPercent: { readonly tokensPerSecond: number; readonly power: number }
  readonly source: string
  readonly date: string
  readonly settings: readonly Setting[]
  /** log ms, one per setting. */
  readonly logStepMs: readonly number[]
  /** Fitted coefficients, one per setting. */
  readonly alpha: Readonly<Record<Output, readonly number[]>>
}

export const catalogueModels = modelFile.models as unknown as readonly CatalogueModel[]

/**
 * @param id `<model>@<gpu>:<precision>`, e.g. `Qwen/Qwen3-32B@H100:bf16`
 * @throws NotFound naming the closest ids
 */
export function catalogueModel(id: string): CatalogueModel {
  const model = catalogueModels.find((entry) => entry.id.toLowerCase() === id.toLowerCase())
  if (model) return model
  const ids = catalogueModels.map((entry) => entry.id)
  throw new NotFound(`no fitted model "${id}"; nearest: ${nearest(id, ids).join(', ')}`)
}

export function fittedCatalogueModel(
  entry: CatalogueModel,
  architecture: Architecture = catalogueArchitecture(entry.model),
  gpu: GpuSpec | undefined = findGpu(entry.gpu),
): FittedGroup {
  return restoreGroup(
    entry.settings,
    entry.logStepMs,
    entry.alpha,
    architecture,
    gpu!,
    shippedPrior,
  )
}

/**
 * The best that is known of serving without own runs: the catalogue's fit of this model on this GPU,
 * or the prior, whose intervals are several times wider. Fits of a bare engine would promise a
 * server more than it can do.
 */
export function bestKnown(
  model: string,
  precision: Precision,
  architecture: Architecture,
  gpu: GpuSpec,
  prior: Prior = shippedPrior,
): FittedGroup {
  const entry = catalogueModels.find(
    (candidate) =>
      candidate.model.toLowerCase() === model.toLowerCase() &&
      candidate.gpu === gpu.name &&
      candidate.precision === precision &&
      candidate.task !== BARE_TASK,
  )
  return entry
    ? fittedCatalogueModel(entry, architecture, gpu)
    : fitGroup([], architecture, gpu, prior)
}
