import { epochMs, msFromSeconds } from '../domain/units.ts'
import { type LinearSolver, openWindowPlanner } from '../planning/index.ts'
import type { Arena } from './arena.ts'
import type { GridRecord } from './record.ts'
import type { Truth } from './truth.ts'

/**
 * Less than this no policy can emit and serve everything: the linear relaxation, window by window,
 * with the true traffic, intensity and draw, fractional replicas, no head-room, starts, floors or
 * release delays.
 *
 * @param windows how many of the simulated windows
 * @returns gCO2e
 */
export function lowerBoundG(
  arena: Arena,
  record: GridRecord,
  truth: Truth,
  solver: LinearSolver,
  windows = record.windowCount - record.leadWindows,
): number {
  const { problem } = arena
  const startMs = problem.windows[0]!.startMs
  const planner = openWindowPlanner(
    {
      ...problem,
      windows: [{ startMs, endMs: epochMs(startMs + msFromSeconds(record.windowSeconds)) }],
      running: [],
      policy: { objective: 'carbon', carbonGPerUsd: 0 },
      models: problem.models.map((model, m) => ({
        ...model,
        points: model.points.map((point) => {
          const b = arena.models[m]!.bins.findIndex((bin) => bin.point.id === point.id)
          const joules = truth.tokenJoules[m]![b] ?? 0
          return { ...point, busyWatts: point.idleWatts + joules * point.capacityTokensPerSecond }
        }),
      })),
    },
    solver,
  )
  const running = planner.bins.map((bins) => new Int32Array(bins.length))
  let carbonG = 0
  try {
    for (let w = record.leadWindows; w < record.leadWindows + windows; w++) {
      const weightPerKwh = problem.regions.map(
        ({ pue }, r) => pue * Math.max(0, record.actual[r]![w]!),
      )
      const tokensPerSecond = record.demand.map((origins) => origins.map((rates) => rates[w]!))
      carbonG += planner.relax({ weightPerKwh, tokensPerSecond, running, seed: 0 }).relaxed
      carbonG += parkedG(arena, weightPerKwh, record.windowSeconds)
    }
  } finally {
    planner.close()
  }
  return carbonG
}

/** What reserved GPUs draw whatever is done; the planner counts replicas on top of it. */
function parkedG(
  { pools, problem }: Arena,
  weightPerKwh: readonly number[],
  seconds: number,
): number {
  return pools.reduce((sum, { region, count, parkedWatts }) => {
    if (problem.regions[region]!.ownership !== 'reserved') return sum
    return sum + (weightPerKwh[region]! * count * parkedWatts * seconds) / 3_600_000
  }, 0)
}
