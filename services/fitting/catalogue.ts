import architectureFile from '../../config/catalogue/architectures.json' with { type: 'json' }
import gpuFile from '../../config/catalogue/gpus.json' with { type: 'json' }
import workloadFile from '../../config/catalogue/workloads.json' with { type: 'json' }
import { NotFound } from '../domain/errors.ts'
import type { Architecture, GpuSpec } from './architecture.ts'
import { nearest } from './nearest.ts'

interface CatalogueArchitecture extends Architecture {
  readonly family: string
  /** Hugging Face ids served with this shape. */
  readonly models: readonly string[]
}

interface CatalogueGpu extends GpuSpec {
  /** What drivers, tools and data sets call it. */
  readonly aliases: readonly string[]
}

export const catalogueGpus: readonly CatalogueGpu[] = gpuFile.gpus
export const catalogueArchitectures: readonly CatalogueArchitecture[] =
  architectureFile.architectures

const folded = (name: string): string => name.toLowerCase().replace(/[^a-z0-9.]/g, '')

/** The catalogue's entry of a GPU under any of its names, or undefined. */
export const findGpu = (name: string): CatalogueGpu | undefined =>
  catalogueGpus.find((gpu) => [gpu.name, ...gpu.aliases].some((n) => folded(n) === folded(name)))

/** The catalogue's entry of a model by catalogue id or Hugging Face id, or undefined. */
export const findArchitecture = (model: string): CatalogueArchitecture | undefined =>
  catalogueArchitectures.find(({ id, models }) =>
    [id, ...models].some((name) => folded(name) === folded(model)),
  )

/** @throws NotFound naming the closest names */
export function catalogueGpu(name: string): CatalogueGpu {
  const gpu = findGpu(name)
  if (gpu) return gpu
  throw notFound(
    'GPU',
    name,
    catalogueGpus.map((g) => g.name),
  )
}

/** @throws NotFound naming the closest names */
export function catalogueArchitecture(model: string): CatalogueArchitecture {
  const found = findArchitecture(model)
  if (found) return found
  throw notFound(
    'model',
    model,
    catalogueArchitectures.flatMap(({ id, models }) => [id, ...models]),
  )
}

/** Mean input tokens of a named workload, or undefined. */
export const workloadInputTokens = (task: string): number | undefined =>
  workloadFile.workloads.find((workload) => workload.task === task)?.inputTokens

const notFound = (kind: string, name: string, known: readonly string[]): NotFound =>
  new NotFound(`no ${kind} "${name}" in the catalogue; nearest: ${nearest(name, known).join(', ')}`)
