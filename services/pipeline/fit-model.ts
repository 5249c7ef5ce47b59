import type { Precision, Variant } from '../domain/variant.ts'
import {
  type Architecture,
  bestKnown,
  catalogueModels,
  enginePrior,
  type FittedGroup,
  familyPrior,
  findArchitecture,
  findEngine,
  fitGroup,
  type GpuSpec,
  groupRuns,
  type LiveFactors,
  type MeasuredRun,
  type OperatingPoint,
  operatingPoints,
  underCap,
} from '../fitting/index.ts'
import type { Fleet, Model } from '../fleet/index.ts'
import { nearestRuns } from './nearest-runs.ts'

/** What is known of a model besides the fleet file. */
export interface ModelKnowledge {
  readonly architecture: Architecture
  /** Every own run of it, of any GPU, precision and workload; none leaves it to the catalogue. */
  readonly runs: readonly MeasuredRun[]
  /** What production says of its layouts, by `layoutId`. */
  readonly live?: ReadonlyMap<string, LiveFactors>
}

/** Steps by which an objective that nothing keeps is relaxed, to say what would be kept. */
const RELAXATION = 1.1
const MOST_STEPS = 60

/**
 * What each layout of a model sustains on the GPUs of the fleet, inside the service objective.
 *
 * The first token's budget is what the network leaves of it: of the farthest region that a layout
 * can still serve, so that reach comes before capacity.
 *
 * @returns where no layout keeps the promise even next door, those that miss it least
 */
export function fitModel(
  model: Model,
  { regions }: Pick<Fleet, 'regions'>,
  knowledge: ModelKnowledge,
  gpus: readonly GpuSpec[],
): readonly OperatingPoint[] {
  const fitted = gpus.flatMap((gpu) => fitsOn(gpu, model, knowledge))
  const { live } = knowledge
  const latenciesMs = networkLatenciesMs(model, regions)
  for (const networkMs of latenciesMs) {
    const points = pointsWithin(model, fitted, live, 1, networkMs)
    if (points.length > 0) return points
  }
  for (let step = 1; step <= MOST_STEPS; step++) {
    const points = pointsWithin(model, fitted, live, RELAXATION ** step, 0)
    if (points.length > 0) return points
  }
  return []
}

function pointsWithin(
  model: Model,
  fitted: readonly CappedFit[],
  live: ModelKnowledge['live'],
  slack: number,
  networkMs: number,
): readonly OperatingPoint[] {
  const slo = {
    ttftP95Ms: model.slo.ttftP95Ms * slack - networkMs,
    tpotP95Ms: model.slo.tpotP95Ms * slack,
    ...(model.slo.waitPercentile && { waitPercentile: model.slo.waitPercentile }),
  }
  if (slo.ttftP95Ms <= 0) return []
  return fitted.flatMap(({ group, capWatts }) =>
    operatingPoints({
      fitted: group,
      ...layoutsOf(model, group.gpu.name, capWatts),
      workload: model.workload,
      slo,
      ...(live && { live }),
    }).filter(({ variant }) => isWanted(variant, model) && isMeasured(variant, group)),
  )
}

/** What is known of a model on one GPU at its default power, or under one cap. */
interface CappedFit {
  readonly group: FittedGroup
  /** Per GPU. */
  readonly capWatts?: number
}

/** A cap that no run was measured under is left out: nothing tells how much slower a step is there. */
function fitsOn(gpu: GpuSpec, model: Model, knowledge: ModelKnowledge): readonly CappedFit[] {
  const caps = new Set(knowledge.runs.flatMap(({ powerCapWatts = [] }) => powerCapWatts))
  const capped = [...caps]
    .sort((a, b) => b - a)
    .filter((capWatts) => ownRunsOn(gpu, model, knowledge, capWatts).length > 0)
  return [
    { group: fitOn(gpu, model, knowledge) },
    ...capped.map((capWatts) => ({ group: fitOn(gpu, model, knowledge, capWatts), capWatts })),
  ]
}

/**
 * Own runs where there are any on this GPU, else the catalogue's fit, else the prior; the prior has
 * heard of the family's runs elsewhere. Under a power cap only runs under this cap count as own.
 *
 * @param capWatts per GPU; undefined is the board's default
 */
export function fitOn(
  board: GpuSpec,
  model: Model,
  knowledge: ModelKnowledge,
  capWatts?: number,
): FittedGroup {
  const { runs, architecture } = knowledge
  const precision = precisionOf(model)
  const gpu = underCap(board, capWatts)
  const own = ownRunsOn(board, model, knowledge, capWatts)
  const others = runs.filter((run) => run.powerCapWatts === undefined && !own.includes(run))
  const architectures = others.map((run) => ({ ...architecture, id: run.model }))
  const family = findArchitecture(model.catalogue ?? architecture.id)?.family
  const prior = familyPrior(family, groupRuns(others, { architectures }))
  const engine = own[0] && findEngine(own[0].engine)
  return own.length > 0
    ? fitGroup(own, architecture, gpu, enginePrior(prior, engine))
    : bestKnown(model.catalogue ?? model.id, precision, architecture, gpu, prior)
}

/** The model's own runs that say most of it on a GPU; none leaves it to the catalogue. */
export const ownRunsOn = (
  gpu: GpuSpec,
  model: Model,
  { runs }: ModelKnowledge,
  capWatts?: number,
): readonly MeasuredRun[] =>
  nearestRuns(
    runs.filter(({ powerCapWatts }) => powerCapWatts === capWatts),
    gpu.name,
    precisionOf(model),
    model.workload,
  )

/** Unless the fleet says, as the catalogue's runs of this model had it. */
export const precisionOf = ({ precision, catalogue }: Model): Precision =>
  precision ?? catalogueModels.find(({ model }) => model === catalogue)?.precision ?? 'bf16'

/** Latencies of the pairs that residency allows, the farthest first. */
function networkLatenciesMs(
  { demand, residency }: Model,
  regions: Fleet['regions'],
): readonly number[] {
  const allowed = regions.filter(({ id }) => residency?.regions.includes(id) ?? true)
  const latenciesMs = demand.flatMap(({ origin }) =>
    allowed.flatMap(({ latencyMs }) => latencyMs[origin] ?? []),
  )
  return [...new Set(latenciesMs)].sort((a, b) => b - a)
}

function layoutsOf(model: Model, gpu: string, capWatts: number | undefined) {
  const { variants } = model
  if (Array.isArray(variants)) {
    return {
      variants: variants
        .filter((variant) => variant.gpu === gpu && variant.powerCapWatts === capWatts)
        .map(
          (variant): Variant => ({
            ...variant,
            precision: variant.precision ?? precisionOf(model),
          }),
        ),
    }
  }
  const auto = {
    variants: 'auto',
    precision: precisionOf(model),
    ...(capWatts !== undefined && { powerCapWatts: capWatts }),
  } as const
  return variants === 'auto' ? auto : { ...auto, maxGpusPerReplica: variants.maxGpusPerReplica }
}

/** Under a cap only layouts that were measured under it: how it slows another one is not known. */
const isMeasured = (variant: Variant, { settings }: FittedGroup): boolean =>
  variant.powerCapWatts === undefined ||
  settings.some(
    (run) =>
      run.tensorParallel === variant.tensorParallel &&
      run.pipelineParallel === variant.pipelineParallel &&
      run.dataParallel === variant.dataParallel &&
      run.expertParallel === variant.expertParallel,
  )

function isWanted(variant: Variant, { variants }: Model): boolean {
  if (variants === 'auto' || Array.isArray(variants)) return true
  const { gpus, tensorParallel, pipelineParallel } = variants
  return (
    (gpus?.includes(variant.gpu) ?? true) &&
    (tensorParallel?.includes(variant.tensorParallel) ?? true) &&
    (pipelineParallel?.includes(variant.pipelineParallel) ?? true)
  )
}
