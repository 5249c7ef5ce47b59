import { type DemandMargins, demandOverWindows, type Trace } from '../demand/index.ts'
import type { CarbonBasis, CarbonQuality, CarbonSignal } from '../domain/carbon-series.ts'
import { windowsFrom } from '../domain/window.ts'
import { catalogueGpu, type GpuSpec, type OperatingPoint } from '../fitting/index.ts'
import type { Fleet, Model } from '../fleet/index.ts'
import type { GridReader } from '../grid/index.ts'
import type { PushedDemand } from '../overlays/index.ts'
import type { PlanningProblem, RunningReplicas } from '../planning/index.ts'
import { frameProblem } from './frame-problem.ts'
import { heedPushed, OBSERVED_MS } from './heed-pushed.ts'
import { readCarbon, type ZoneForecast } from './read-carbon.ts'

/** Where a plan's inputs come from. */
export interface ProblemSources {
  readonly reader: GridReader
  /** What each layout of a model sustains on these GPUs, inside its service objective. */
  readonly pointsOf: (model: Model, gpus: readonly GpuSpec[]) => Promise<readonly OperatingPoint[]>
  /** One place an origin of the model, in the fleet's order; undefined where no file is named. */
  readonly tracesOf: (model: Model) => Promise<readonly (Trace | undefined)[]>
  /** What callers told us of traffic in [fromMs, toMs); nobody is asked where it is left out. */
  readonly pushed?: (fromMs: number, toMs: number) => Promise<readonly PushedDemand[]>
  readonly warn: (message: string) => void
  readonly running?: readonly RunningReplicas[]
}

/** How far the carbon numbers of one zone can be trusted, now and over the horizon. */
interface ZoneTrust {
  readonly zone: string
  readonly signal: CarbonSignal
  readonly basis: CarbonBasis
  /** Of the window in force. */
  readonly quality: CarbonQuality
  readonly source: string
  readonly issuedAtMs?: number
  /** Why it is no better, where it could be. */
  readonly reason?: string
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
  const lowDemandByModel = new Map<string, readonly (readonly number[])[]>()
  const { demandQuantile, demandHeadroom } = fleet.planning
  const high = { quantile: demandQuantile, headroom: demandHeadroom }
  const low = { quantile: 1 - demandQuantile, headroom: 0 }
  const pushed = (await sources.pushed?.(nowMs - OBSERVED_MS, windows.at(-1)!.endMs)) ?? []
  for (const model of fleet.models) {
    pointsByModel.set(model.id, await sources.pointsOf(model, gpus))
    const traces = await sources.tracesOf(model)
    const told = pushed.filter((one) => one.model === model.id)
    const over = (margins: DemandMargins) =>
      model.demand.map((demand, index) =>
        heedPushed(
          demandOverWindows(demand, windows, margins, traces[index]),
          told.filter(({ origin }) => origin === demand.origin),
          windows,
          margins.headroom,
        ),
      )
    demandByModel.set(model.id, over(high))
    lowDemandByModel.set(model.id, over(low))
  }
  const { reader, warn, running } = sources
  const { signal, basis } = fleet
  const measure = { signal, basis }
  const carbon = await readCarbon({ zones, windows, measure, nowMs, reader, warn })
  const idleWattsByGpu = new Map(gpus.map(({ name, idleWatts }) => [name, idleWatts]))
  return {
    problem: frameProblem({
      fleet,
      windows,
      carbonByZone: new Map([...carbon].map(([zone, { windows }]) => [zone, windows])),
      pointsByModel,
      demandByModel,
      lowDemandByModel,
      idleWattsByGpu,
      ...(running && { running }),
    }),
    zones: [...carbon].map(([zone, forecast]) => ({
      ...trustIn(zone, forecast),
      ...measure,
    })),
  }
}

function trustIn(
  zone: string,
  { windows, reasons }: ZoneForecast,
): Omit<ZoneTrust, 'signal' | 'basis'> {
  const { quality, source, issuedAtMs } = windows[0]!
  const [reason] = reasons
  return {
    zone,
    quality,
    source,
    ...(issuedAtMs !== undefined && { issuedAtMs }),
    ...(reason !== undefined && { reason }),
    meanGPerKwh:
      windows.reduce((sum, { carbonGPerKwh }) => sum + carbonGPerKwh, 0) / windows.length,
    qualities: counted(windows.map(({ quality }) => quality)),
    sources: counted(windows.map(({ source }) => source)),
  }
}

function counted<Word extends string>(words: readonly Word[]): Record<Word, number> {
  const counts = {} as Record<Word, number>
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
