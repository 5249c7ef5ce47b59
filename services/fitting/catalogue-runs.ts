import { catalogueArchitecture, findGpu } from './catalogue.ts'
import { type CatalogueModel, catalogueModels, fittedCatalogueModel } from './catalogue-model.ts'
import { FEATURES } from './features.ts'
import { dot, type FittedGroup } from './fit-group.ts'
import { describeGroup } from './group-evidence.ts'
import type { MeasuredRun } from './measured-run.ts'
import { logBase } from './output-base.ts'
import type { Output } from './prior.ts'
import type { TrainingGroup } from './training-group.ts'

const D = FEATURES.length

/** Catalogue groups of one model family, of any GPU and number format, with their runs. */
export const catalogueFamily = (family: string): readonly TrainingGroup[] =>
  catalogueModels
    .filter(({ model }) => catalogueArchitecture(model).family === family)
    .map(catalogueGroup)

/** The runs behind a catalogue entry, as its fit remembers them: what K alpha adds to the mean. */
export function catalogueGroup(entry: CatalogueModel): TrainingGroup {
  const architecture = catalogueArchitecture(entry.model)
  const gpu = findGpu(entry.gpu)!
  const fitted = fittedCatalogueModel(entry, architecture, gpu)
  const { family } = architecture
  const bare = entry.settings.map(
    (setting, i): MeasuredRun => ({
      ...setting,
      source: entry.source,
      model: entry.model,
      family,
      gpu: entry.gpu,
      engine: 'vllm',
      task: entry.task,
      tokensPerSecond: (1e3 * setting.batch) / Math.exp(entry.logStepMs[i]!),
    }),
  )
  const group = { family, runs: bare, architecture, gpu }
  const [itl, itlP95, power] = (['itl', 'itlP95', 'power'] as const).map((output) =>
    rememberedLogs(fitted, group, output),
  )
  const runs = bare.map((run, i) => ({
    ...run,
    itlMs: Math.exp(itl![i]!),
    itlP95Ms: Math.exp(itlP95![i]!),
    powerWatts: Math.exp(power![i]!),
  }))
  return { ...group, runs }
}

/** log of what was measured of one output: base, prior mean, and L L' alpha. */
function rememberedLogs(
  { prior, outputs }: FittedGroup,
  group: TrainingGroup,
  output: Output,
): readonly number[] {
  const { base, featureMean } = prior.outputs[output]
  const { count, factor, alpha } = outputs[output]
  const described = describeGroup(group, prior.outputs.step.base, output)
  const half = new Float64Array(count)
  for (let i = 0; i < count; i++)
    for (let j = 0; j <= i; j++) half[j]! += factor[i * count + j]! * alpha[i]!
  return group.runs.map((_, row) => {
    const features = described.features.subarray(row * D, (row + 1) * D)
    const seen = dot(factor.subarray(row * count, row * count + row + 1), half)
    return logBase(described, row, base, group.gpu) + dot(featureMean, features) + seen
  })
}
