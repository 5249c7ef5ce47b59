import type { Architecture, GpuSpec } from './architecture.ts'
import { catalogueGpus, findArchitecture, findGpu } from './catalogue.ts'
import { estimateArchitecture } from './estimate-architecture.ts'
import { groupKey, type MeasuredRun } from './measured-run.ts'
import type { TrainingGroup } from './training-group.ts'
import { underCap } from './under-cap.ts'

/** Shapes and specs of models and GPUs beyond the catalogue's. */
export interface Extras {
  readonly architectures?: readonly Architecture[]
  readonly gpus?: readonly GpuSpec[]
}

/** Size assumed of a model that tells nothing, billions of parameters. */
const UNKNOWN_SIZE = 8

/** Runs by group; models and GPUs that nobody describes are estimated, which widens intervals. */
export function groupRuns(
  runs: readonly MeasuredRun[],
  extras: Extras = {},
): readonly TrainingGroup[] {
  const byKey = new Map<string, MeasuredRun[]>()
  for (const run of runs) {
    const group = byKey.get(groupKey(run))
    if (group) group.push(run)
    else byKey.set(groupKey(run), [run])
  }
  return [...byKey.values()].map((group) => ({
    runs: group,
    architecture: architectureOf(group[0]!, extras),
    gpu: underCap(gpuOf(group[0]!.gpu, extras), group[0]!.powerCapWatts),
    family: findArchitecture(group[0]!.model)?.family ?? group[0]!.family,
  }))
}

function architectureOf(run: MeasuredRun, { architectures = [] }: Extras): Architecture {
  const known = architectures.find(({ id }) => id === run.model) ?? findArchitecture(run.model)
  if (known) return known
  const total = run.paramsTotalBillions ?? paramsInName(run.model)
  return estimateArchitecture(run.model, total, run.paramsActiveBillions ?? total)
}

/** Last resort: the size most model names carry, e.g. `Foo-30B`. */
const paramsInName = (model: string): number =>
  Number(/(\d{1,6}(?:\.\d{1,6})?)b\b/i.exec(model)?.[1] ?? UNKNOWN_SIZE)

function gpuOf(name: string, { gpus = [] }: Extras): GpuSpec {
  const known = gpus.find((gpu) => gpu.name === name) ?? findGpu(name)
  if (known) return known
  const like =
    catalogueGpus.find((gpu) => name.toUpperCase().includes(gpu.name)) ?? catalogueGpus[0]!
  return {
    ...like,
    name,
    estimated: `no spec given, taken as ${like.name}`,
    isUnspecified: true,
  }
}
