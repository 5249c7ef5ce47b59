import { demandOverWindows, type Trace } from '../demand/index.ts'
import type { CarbonBasis, CarbonQuality, CarbonSignal } from '../domain/carbon-series.ts'
import { windowsFrom } from '../domain/window.ts'
import { catalogueGpu, type OperatingPoint } from '../fitting/index.ts'
import type { Fleet, Model } from '../fleet/index.ts'
import type { WindowForecast } from '../forecast/index.ts'
import type { GridProvider } from '../grid/index.ts'
import type { PlanningProblem, RunningReplicas } from '../planning/index.ts'
import { fitModel, type ModelKnowledge } from './fit-model.ts'
import { frameProblem } from './frame-problem.ts'
import { readCarbon } from './read-carbon.ts'

/** Where a plan's inputs come from. */
export interface ProblemSources {
  readonly providers: readonly GridProvider[]
  readonly knowledgeOf: (model: Model) => Promise<ModelKnowledge>
  /** One place an origin of the model, in the fleet's order; undefined where no file is named. */
  readonly tracesOf: (model: Model) => Promise<readonly (Trace | undefined)[]>
  readonly warn: (message: string) => void
  readonly running?: readonly RunningReplicas[]
}

/** How far the carbon numbers of one zone can be trusted, over the horizon. */
export interface ZoneTrust {
  readonly zone: string
  readonly signal: CarbonSignal
  readonly basis: CarbonBasis
  readonly meanGPerKwh: number
  /** Windows by quality and by source. */
  readonly qualities: Readonly<Partial<Record<CarbonQuality, number>>>
  readonly sources: Readonly<Record<string, number>>
}

export interface GatheredProblem {
  readonly problem: PlanningProblem
  readonly zones: readonly ZoneTrust[]
}

/**
 * Grid + fits + demand -> problem: everything that a plan of this fleet at this instant depends on.
 *
 * @throws InvalidInput where a file of the fleet does not fit
 */
export async function gatherProblem(
  fleet: Fleet,
  nowMs: number,
  sources: ProblemSources,
): Promise<GatheredProblem> {
  const { windowMinutes, horizonHours } = fleet.planning
  const windows = windowsFrom(nowMs, windowMinutes * 60_000, (horizonHours * 60) / windowMinutes)
  const zones = [...new Set(fleet.regions.map(({ zone }) => zone))]
  const gpus = [...new Set(fleet.regions.flatMap(({ gpus }) => gpus.map(({ type }) => type)))].map(
    catalogueGpu,
  )
  const pointsByModel = new Map<string, readonly OperatingPoint[]>()
  const demandByModel = new Map<string, readonly (readonly number[])[]>()
  const margins = {
    quantile: fleet.planning.demandQuantile,
    headroom: fleet.planning.demandHeadroom,
  }
  for (const model of fleet.models) {
    pointsByModel.set(model.id, fitModel(model, fleet, await sources.knowledgeOf(model), gpus))
    const traces = await sources.tracesOf(model)
    demandByModel.set(
      model.id,
      model.demand.map((demand, index) =>
        demandOverWindows(demand, windows, margins, traces[index]),
      ),
    )
  }
  const { providers, warn, running } = sources
  const carbonByZone = await readCarbon({ zones, windows, measure: fleet, nowMs, providers, warn })
  const idleWattsByGpu = new Map(gpus.map(({ name, idleWatts }) => [name, idleWatts]))
  return {
    problem: frameProblem({
      fleet,
      windows,
      carbonByZone,
      pointsByModel,
      demandByModel,
      idleWattsByGpu,
      ...(running && { running }),
    }),
    zones: [...carbonByZone].map(([zone, forecast]) => trustIn(zone, fleet, forecast)),
  }
}

function trustIn(zone: string, fleet: Fleet, forecast: readonly WindowForecast[]): ZoneTrust {
  return {
    zone,
    signal: fleet.signal,
    basis: fleet.basis,
    meanGPerKwh:
      forecast.reduce((sum, { carbonGPerKwh }) => sum + carbonGPerKwh, 0) / forecast.length,
    qualities: counted(forecast.map(({ quality }) => quality)),
    sources: counted(forecast.map(({ source }) => source)),
  }
}

function counted<Word extends string>(words: readonly Word[]): Record<Word, number> {
  const counts = {} as Record<Word, number>
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
