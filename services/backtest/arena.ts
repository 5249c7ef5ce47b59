import type { OperatingPoint } from '../fitting/index.ts'
import { homeOf, type PlanningProblem } from '../planning/index.ts'

/** One operating point in one region that has its GPUs. */
export interface ArenaBin {
  readonly region: number
  /** Index into `Arena.pools`. */
  readonly pool: number
  readonly point: OperatingPoint
  readonly gpus: number
  /** tokens/s of one replica inside its service objective. */
  readonly capacity: number
  /** W of one replica without load, host share in; in reserved regions never below its GPUs parked. */
  readonly fixedWatts: number
  /** J of one more token at the meter of the GPUs, as fitted. */
  readonly tokenJoules: number
}

export interface ArenaOrigin {
  readonly id: string
  /** Region that serves it when nothing moves: its own, else the nearest. */
  readonly home: number
  /** Regions that may serve it, nearest first. */
  readonly regions: Int32Array
  /** By region; Infinity where it may not go. */
  readonly latencyMs: Float64Array
}

export interface ArenaModel {
  readonly id: string
  readonly bins: readonly ArenaBin[]
  readonly origins: readonly ArenaOrigin[]
}

export interface ArenaPool {
  readonly region: number
  readonly gpu: string
  readonly count: number
  /** W of a GPU that nothing uses; 0 counts in releasable regions once the release delay is over. */
  readonly parkedWatts: number
  readonly priceUsdPerHour: number
  readonly embodiedGPerHour: number
}

/** A fleet as numbers by index, as the simulated world and every policy see it. */
export interface Arena {
  /** One window of the fleet's planning problem: what policies that solve something start from. */
  readonly problem: PlanningProblem
  readonly windowSeconds: number
  /** How long a freed GPU of a releasable region still draws its parked power. */
  readonly releaseSeconds: Float64Array
  readonly pools: readonly ArenaPool[]
  readonly models: readonly ArenaModel[]
}

/** What a planning problem leaves out. */
export interface ArenaExtras {
  readonly windowSeconds: number
  /** By region. */
  readonly releaseSeconds: readonly number[]
  /** What the network adds to the first token; undefined where nobody said. */
  readonly latencyMs: (region: string, origin: string) => number | undefined
}

/** @param problem one window of any length; its demand names the origins, its rates are not read */
export function compileArena(problem: PlanningProblem, extras: ArenaExtras): Arena {
  const pools = problem.regions.flatMap((region, r) =>
    region.pools.map((pool) => ({
      ...pool,
      region: r,
      embodiedGPerHour: pool.embodiedGPerHour ?? 0,
    })),
  )
  return {
    problem,
    windowSeconds: extras.windowSeconds,
    releaseSeconds: Float64Array.from(extras.releaseSeconds),
    pools,
    models: problem.models.map((model) => ({
      id: model.id,
      bins: binsOf(problem, model.points, pools),
      origins: model.demand.map((demand): ArenaOrigin => {
        const latencyMs = Float64Array.from(problem.regions, ({ id }) =>
          demand.regions.includes(id)
            ? (extras.latencyMs(id, demand.origin) ?? 0)
            : Number.POSITIVE_INFINITY,
        )
        const reachable = [...latencyMs.keys()].filter((r) => Number.isFinite(latencyMs[r]))
        const nearest = reachable.sort((a, b) => latencyMs[a]! - latencyMs[b]!)
        const named = problem.regions.findIndex(({ id }) => id === homeOf(demand))
        return {
          id: demand.origin,
          home: demand.regions.includes(demand.origin) ? named : (nearest[0] ?? -1),
          regions: Int32Array.from(nearest),
          latencyMs,
        }
      }),
    })),
  }
}

function binsOf(
  problem: PlanningProblem,
  points: readonly OperatingPoint[],
  pools: readonly ArenaPool[],
): ArenaBin[] {
  return pools.flatMap((pool, index) => {
    const region = problem.regions[pool.region]!
    const fitting = points.filter(
      ({ variant, gpusPerReplica }) => variant.gpu === pool.gpu && gpusPerReplica <= pool.count,
    )
    return fitting.map((point): ArenaBin => {
      const gpus = point.gpusPerReplica
      const parked = region.ownership === 'reserved' ? pool.parkedWatts * gpus : 0
      return {
        region: pool.region,
        pool: index,
        point,
        gpus,
        capacity: point.capacityTokensPerSecond,
        fixedWatts: Math.max(parked, point.idleWatts + region.hostWattsPerGpu * gpus),
        tokenJoules: (point.busyWatts - point.idleWatts) / point.capacityTokensPerSecond,
      }
    })
  })
}
