import { joules, kwhFromJoules } from '../domain/units.ts'
import type { OperatingPoint } from '../fitting/index.ts'
import { comingShares } from './coming-share.ts'
import type { PlanningModel, PlanningProblem, PlanningRegion } from './problem.ts'
import { joulesPerToken, type PricedPoint, prunePoints } from './prune-points.ts'

const WATTS_PER_KILOWATT = 1000

/** GPUs of one type in one region. */
export interface Pool {
  readonly region: number
  readonly gpu: string
  readonly count: number
}

/** Objective units per kWh at the meter and o per USD, by objective. */
export interface ObjectiveWeights {
  readonly carbon: number
  readonly energy: number
  readonly money: number
}

/** Traffic of all origins that may go to the same regions. */
export interface Source {
  /** tokens/s by window. */
  readonly rate: Float64Array
  /** Ascending. */
  readonly regions: Int32Array
  /** Indices into the model's `demand`. */
  readonly origins: readonly number[]
}

/**
 * One model's choices. A **bin** is one operating point in one region that has its GPUs; all arrays
 * are by bin.
 */
export interface ModelInstance {
  readonly id: string
  readonly binCount: number
  readonly point: readonly OperatingPoint[]
  readonly region: Int32Array
  /** Index into `Instance.pools`. */
  readonly pool: Int32Array
  readonly gpus: Float64Array
  readonly capacity: Float64Array
  /** kW of one replica without load, host share in, parked draw of the same GPUs out. */
  readonly fixedKw: Float64Array
  /** Objective units an hour of one replica that are not energy: rent and embodied carbon. */
  readonly fixedMoney: Float64Array
  /** By window: how much of the traffic to be ready for is expected to load anything. */
  readonly comingShare: Float64Array
  /** kW of one token/s. */
  readonly tokenKw: Float64Array
  readonly startKwh: Float64Array
  /** 1 where starting takes time, so that make-before-break holds GPUs. */
  readonly slowStart: Uint8Array
  readonly running: Int32Array
  readonly sources: readonly Source[]
  readonly minReplicas: number
  readonly spareReplicas: number
}

export function compileModel(
  problem: PlanningProblem,
  model: PlanningModel,
  pools: readonly Pool[],
  weights: ObjectiveWeights,
  regionIndex: ReadonlyMap<string, number>,
): ModelInstance {
  const bins = binsOf(problem, model, pools)
  const numbers = (of: (bin: Bin) => number) => Float64Array.from(bins, of)
  return {
    id: model.id,
    binCount: bins.length,
    point: bins.map(({ point }) => point),
    region: Int32Array.from(bins, (bin) => pools[bin.pool]!.region),
    pool: Int32Array.from(bins, (bin) => bin.pool),
    gpus: numbers(({ point }) => point.gpusPerReplica),
    capacity: numbers(({ point }) => point.capacityTokensPerSecond),
    fixedKw: numbers((bin) => bin.fixedWatts / WATTS_PER_KILOWATT),
    fixedMoney: numbers((bin) => moneyPerHour(problem, pools[bin.pool]!, bin.point, weights)),
    comingShare: comingShares(problem, model),
    tokenKw: numbers(({ point }) => joulesPerToken(point) / WATTS_PER_KILOWATT),
    startKwh: numbers(({ point }) => kwhFromJoules(joules(point.startJoules))),
    slowStart: Uint8Array.from(bins, ({ point }) => (point.startSeconds > 0 ? 1 : 0)),
    running: Int32Array.from(bins, (bin) => runningIn(problem, model, bin, pools)),
    sources: sourcesOf(model, regionIndex),
    minReplicas: model.minReplicas,
    spareReplicas: model.spareReplicas,
  }
}

/** Origins with the same regions are one source: exact, since only their sum matters. */
function sourcesOf(model: PlanningModel, regionIndex: ReadonlyMap<string, number>): Source[] {
  const groups = new Map<string, { regions: Int32Array; origins: number[] }>()
  for (const [index, { regions }] of model.demand.entries()) {
    const sorted = Int32Array.from(regions, (id) => regionIndex.get(id)!).sort()
    const group = groups.get(sorted.join()) ?? { regions: sorted, origins: [] }
    group.origins.push(index)
    groups.set(sorted.join(), group)
  }
  return [...groups.values()].map(({ regions, origins }) => ({
    regions,
    origins,
    rate: Float64Array.from(model.demand[origins[0]!]!.tokensPerSecond, (_, t) =>
      origins.reduce((sum, origin) => sum + model.demand[origin]!.tokensPerSecond[t]!, 0),
    ),
  }))
}

interface Bin {
  readonly pool: number
  readonly point: OperatingPoint
  readonly fixedWatts: number
}

function binsOf(problem: PlanningProblem, model: PlanningModel, pools: readonly Pool[]): Bin[] {
  const running = problem.running.filter((replicas) => replicas.model === model.id)
  const pins = (problem.policy.pinned ?? []).filter((pin) => pin.model === model.id)
  const keep = new Set([...running, ...pins].map(({ pointId }) => pointId))
  const priced: PricedPoint[] = model.points.map((point) => ({
    point,
    fixedWatts: problem.regions.map((region) => fixedWatts(region, point)),
  }))
  return prunePoints(priced, keep).flatMap(({ point, fixedWatts: fixed }) =>
    pools.flatMap((pool, index) => {
      const pin = pins.find(({ region }) => !region || region === problem.regions[pool.region]!.id)
      const fits = pool.gpu === point.variant.gpu && pool.count >= point.gpusPerReplica
      const allowed = !pin || pin.pointId === point.id
      return fits && allowed ? [{ pool: index, point, fixedWatts: fixed[pool.region]! }] : []
    }),
  )
}

/**
 * What a replica without load adds to the region's IT power (W). In a reserved region its GPUs
 * would draw `parkedWatts` anyway; a loaded GPU never draws less than a parked one.
 */
function fixedWatts(region: PlanningRegion, point: OperatingPoint): number {
  const draw = point.idleWatts + region.hostWattsPerGpu * point.gpusPerReplica
  if (region.ownership === 'releasable') return draw
  const pool = region.pools.find(({ gpu }) => gpu === point.variant.gpu)
  return Math.max(0, draw - (pool?.parkedWatts ?? 0) * point.gpusPerReplica)
}

function moneyPerHour(
  problem: PlanningProblem,
  { region, gpu }: Pool,
  point: OperatingPoint,
  weights: ObjectiveWeights,
): number {
  const { pools, ownership } = problem.regions[region]!
  const pool = pools.find((candidate) => candidate.gpu === gpu)!
  const rent = ownership === 'reserved' ? 0 : weights.money * pool.priceUsdPerHour
  const counted = problem.policy.countEmbodied === true ? weights.carbon : 0
  return point.gpusPerReplica * (rent + counted * (pool.embodiedGPerHour ?? 0))
}

function runningIn(
  problem: PlanningProblem,
  model: PlanningModel,
  bin: Bin,
  pools: readonly Pool[],
): number {
  const region = problem.regions[pools[bin.pool]!.region]!.id
  return problem.running
    .filter((r) => r.region === region && r.model === model.id && r.pointId === bin.point.id)
    .reduce((sum, { replicas }) => sum + replicas, 0)
}
