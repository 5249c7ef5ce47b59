import { readFileSync } from 'node:fs'
import {
  type Architecture,
  catalogueGpus,
  estimateArchitecture,
  findArchitecture,
  findGpu,
  type GpuSpec,
  groupKey,
  type MeasuredRun,
  type TrainingGroup,
} from '../../../services/fitting/index.ts'
import { type RunsFormat, readRuns } from '../../../services/runs/index.ts'

export interface BenchGroup extends TrainingGroup {
  readonly family: string
}

export interface Extras {
  readonly architectures: readonly Architecture[]
  readonly gpus: readonly GpuSpec[]
}

/** Groups of a runs file; models and GPUs the catalogue lacks are estimated, and said so. */
export function loadGroups(
  path: string,
  format: RunsFormat,
  extras: Extras,
): readonly BenchGroup[] {
  const { runs, quarantined } = readRuns(readFileSync(path, 'utf8'), format)
  console.error(`${path}: ${runs.length} runs, ${quarantined.length} quarantined`)
  const byKey = groupBy(runs)
  return [...byKey.values()].map((group) => {
    const first = group[0]!
    return {
      runs: group,
      architecture: architectureOf(first, extras),
      gpu: gpuOf(first.gpu, extras),
      family: findArchitecture(first.model)?.family ?? first.family,
    }
  })
}

function groupBy(runs: readonly MeasuredRun[]): Map<string, MeasuredRun[]> {
  const map = new Map<string, MeasuredRun[]>()
  for (const run of runs) map.set(groupKey(run), [...(map.get(groupKey(run)) ?? []), run])
  return map
}

function architectureOf(run: MeasuredRun, { architectures }: Extras): Architecture {
  const known = architectures.find(({ id }) => id === run.model) ?? findArchitecture(run.model)
  if (known) return known
  const total = run.paramsTotalBillions ?? paramsInName(run.model)
  return estimateArchitecture(run.model, total, run.paramsActiveBillions ?? total)
}

/** Last resort: the size most model names carry, e.g. `Foo-30B`. */
function paramsInName(model: string): number {
  const [, size] = /(\d+(?:\.\d+)?)b\b/i.exec(model) ?? []
  return Number(size ?? 8)
}

function gpuOf(name: string, { gpus }: Extras): GpuSpec {
  const known = gpus.find((gpu) => gpu.name === name) ?? findGpu(name)
  if (known) return known
  const like =
    catalogueGpus.find((gpu) => name.toUpperCase().includes(gpu.name)) ?? catalogueGpus[0]!
  console.error(
    `GPU ${name}: no spec given (--gpu FILE), taken as ${like.name} with wide intervals`,
  )
  return { ...like, name, estimated: `taken as ${like.name}` }
}
