import type { Window } from '../domain/window.ts'
import type { OperatingPoint } from '../fitting/index.ts'
import type { Fleet, Model, Region } from '../fleet/index.ts'
import type { WindowForecast } from '../forecast/index.ts'
import type {
  OriginDemand,
  PlanningModel,
  PlanningProblem,
  PlanningRegion,
  RunningReplicas,
} from '../planning/index.ts'
import { framePolicy } from './frame-policy.ts'

/** What the steps before planning found out. */
export interface Findings {
  readonly fleet: Fleet
  readonly windows: readonly Window[]
  /** One forecast a window for every zone of the fleet. */
  readonly carbonByZone: ReadonlyMap<string, readonly WindowForecast[]>
  /** By model id: what each variant sustains inside the service objective. */
  readonly pointsByModel: ReadonlyMap<string, readonly OperatingPoint[]>
  /** By model id, one entry for each of the model's origins in the fleet's order: tokens/s. */
  readonly demandByModel: ReadonlyMap<string, readonly (readonly number[])[]>
  /** How much of the same is expected to come; undefined, or left out: all. */
  readonly expectedDemandByModel?: ReadonlyMap<string, readonly (readonly number[] | undefined)[]>
  /** The lower quantile of the same; left out where nobody asks how sure a gain is. */
  readonly lowDemandByModel?: ReadonlyMap<string, readonly (readonly number[])[]>
  /** Idle draw of a GPU by catalogue name, where the fleet does not say. */
  readonly idleWattsByGpu: ReadonlyMap<string, number>
  /** Left out where nobody has looked: then the first window's starts are not counted. */
  readonly running?: readonly RunningReplicas[]
}

/**
 * Joins a fleet with what is known of grid, models and traffic into one planning problem. Pure.
 *
 * A region may serve an origin when residency allows it, when it can hold a replica, and when the
 * network's latency and the slowest first token of any layout there still keep the promise together.
 */
export function frameProblem(findings: Findings): PlanningProblem {
  const { fleet, windows, running } = findings
  return {
    windows,
    regions: fleet.regions.map((region) => frameRegion(region, findings)),
    models: fleet.models.map((model) => frameModel(model, findings)),
    running: running ?? [],
    batch: [],
    policy: framePolicy(fleet, windows, running === undefined),
    seed: fleet.planning.seed,
  }
}

function frameRegion(region: Region, findings: Findings): PlanningRegion {
  const carbon = findings.carbonByZone.get(region.zone)!
  return {
    id: region.id,
    zone: region.zone,
    pue: region.pue,
    hostWattsPerGpu: region.hostWattsPerGpu,
    ownership: region.ownership,
    pools: region.gpus.map(({ type, count, parkedWatts, priceUsdPerHour, embodiedGPerHour }) => ({
      gpu: type,
      count,
      parkedWatts: parkedWatts ?? findings.idleWattsByGpu.get(type)!,
      priceUsdPerHour,
      ...(embodiedGPerHour !== undefined && { embodiedGPerHour }),
    })),
    carbonGPerKwh: carbon.map(({ carbonGPerKwh }) => carbonGPerKwh),
    carbonLowGPerKwh: carbon.map(({ lowGPerKwh }) => lowGPerKwh),
    carbonHighGPerKwh: carbon.map(({ highGPerKwh }) => highGPerKwh),
    carbonQuality: carbon.map(({ quality }) => quality),
  }
}

function frameModel(model: Model, findings: Findings): PlanningModel {
  const { slo } = model
  const keepsPromise = ({ ttftP95Ms, tpotP95Ms }: OperatingPoint) =>
    ttftP95Ms <= slo.ttftP95Ms && tpotP95Ms <= slo.tpotP95Ms
  const known = findings.pointsByModel.get(model.id)!
  const points = known.filter(keepsPromise)
  const demand = findings.demandByModel.get(model.id)!
  const low = findings.lowDemandByModel?.get(model.id)
  const expected = findings.expectedDemandByModel?.get(model.id)
  return {
    id: model.id,
    points,
    objective: slo,
    tooSlow: known.filter((point) => !keepsPromise(point)),
    demand: model.demand.map(({ origin }, index): OriginDemand => {
      const places = placesFor(origin, model, points, findings.fleet.regions)
      return {
        origin,
        tokensPerSecond: demand[index]!,
        ...(expected?.[index] && { expectedTokensPerSecond: expected[index] }),
        ...(low && { lowTokensPerSecond: low[index]! }),
        regions: places
          .filter(({ ttftP95Ms }) => ttftP95Ms <= slo.ttftP95Ms)
          .map(({ region }) => region),
        farther: places.filter(({ ttftP95Ms }) => ttftP95Ms > slo.ttftP95Ms),
      }
    }),
    minReplicas: model.minReplicas,
    spareReplicas: model.spareReplicas,
  }
}

/** Regions that residency and GPUs allow, and the first token's p95 with the network's latency in it. */
function placesFor(
  origin: string,
  { residency }: Model,
  points: readonly OperatingPoint[],
  regions: readonly Region[],
): NonNullable<OriginDemand['farther']> {
  return regions.flatMap(({ id, latencyMs, gpus }) => {
    const awayMs = latencyMs[origin]
    if (awayMs === undefined || residency?.regions.includes(id) === false) return []
    const here = points.filter(({ variant, gpusPerReplica }) =>
      gpus.some(({ type, count }) => type === variant.gpu && count >= gpusPerReplica),
    )
    // Without any layout the region is not what is missing; the planner says so in its own words.
    if (here.length === 0 && points.length > 0) return []
    const slowestMs = Math.max(0, ...here.map(({ ttftP95Ms }) => ttftP95Ms))
    return [{ region: id, ttftP95Ms: awayMs + slowestMs }]
  })
}
