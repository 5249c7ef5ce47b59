import type { CarbonBasis, CarbonQuality, CarbonSignal } from '../domain/carbon-series.ts'
import { windowsFrom } from '../domain/window.ts'
import { catalogueGpu, type GpuSpec, type OperatingPoint } from '../fitting/index.ts'
import type { Fleet, Model } from '../fleet/index.ts'
import type { GridReader } from '../grid/index.ts'
import type { PlanningProblem, RunningReplicas } from '../planning/index.ts'
import { type DemandSources, demandNow } from './demand-now.ts'
import { frameProblem } from './frame-problem.ts'
import { readCarbon, type ZoneForecast } from './read-carbon.ts'

/** Where a plan's inputs come from. */
export interface ProblemSources extends DemandSources {
  readonly reader: GridReader
  /** What each layout of a model sustains on these GPUs, inside its service objective. */
  readonly pointsOf: (model: Model, gpus: readonly GpuSpec[]) => Promise<readonly OperatingPoint[]>
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
  for (const model of fleet.models) {
    pointsByModel.set(model.id, await sources.pointsOf(model, gpus))
  }
  const demands = await demandNow(fleet, windows, nowMs, sources)
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
      ...demands,
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
