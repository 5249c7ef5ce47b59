import { epochMs } from '../../domain/units.ts'
import type { OperatingPoint } from '../../fitting/index.ts'
import { demandToServe } from '../../forecast/index.ts'
import { type LinearSolver, openWindowPlanner, type PlanningProblem } from '../../planning/index.ts'
import type { Arena } from '../arena.ts'
import { allowedBins } from '../layout.ts'
import type { Controller, Knobs, View } from '../policy.ts'
import { seenTraffic } from '../seen-traffic.ts'

/** A rule that is an optimisation: what it counts is all that tells it from the others. */
export interface SolvedRule {
  /** Whether traffic may leave its home region. */
  readonly geo: boolean
  /** Objective of one IT kWh in a region now. */
  readonly weight: (view: View, region: number) => number
  /** The rule's own idea of what a replica draws; by default ours. */
  readonly point?: (point: OperatingPoint) => OperatingPoint
  /** The rule's own idea of regions and policy. */
  readonly problem?: (problem: PlanningProblem) => PlanningProblem
  /** tokens/s to be ready for; by default what everybody expects, times the head-room. */
  readonly demand?: (view: View, model: number, origin: number) => number
  /**
   * tokens/s of these that will come, for rules that count what a replica draws without load: the rest
   * is head-room and loads nothing. Left out: all is priced as if it came.
   */
  readonly coming?: (view: View, model: number, origin: number) => number
}

/** As much as came in the window seen last: nothing shorter-sighted foretells the next better. */
export const lastSeen: NonNullable<SolvedRule['coming']> = (view, model, origin) =>
  view.observed(model, origin, 1)

const MS_PER_MINUTE = 60_000
const MS_PER_SECOND = 1000
/** Two bins whose loads cost the same are filled in order of energy a token. */
const TIE = 1e-9

/**
 * Every rule that solves something is solved by the same planner, so that only the rule is
 * compared: same layouts, same floors, same search.
 */
export function solved(
  arena: Arena,
  knobs: Knobs,
  solver: LinearSolver,
  rule: SolvedRule,
): Controller {
  const planner = openWindowPlanner(ruledProblem(arena, knobs, rule), solver)
  const arenaBin = planner.bins.map((bins, m) =>
    bins.map(({ region, pointId }) =>
      arena.models[m]!.bins.findIndex((bin) => bin.region === region && bin.point.id === pointId),
    ),
  )
  return {
    close: planner.close,
    decide(view) {
      const weightPerKwh = arena.problem.regions.map((_, r) => rule.weight(view, r))
      const tokensPerSecond = arena.models.map(({ origins }, m) =>
        origins.map((_, o) =>
          rule.demand
            ? rule.demand(view, m, o)
            : demandToServe(seenTraffic(view, arena.windowSeconds, m, o), knobs.headroom),
        ),
      )
      const { replicas } = planner.plan({
        weightPerKwh,
        tokensPerSecond,
        ...(rule.coming && {
          expectedTokensPerSecond: arena.models.map(({ origins }, m) =>
            origins.reduce((sum, _, o) => sum + rule.coming!(view, m, o), 0),
          ),
        }),
        running: arenaBin.map((bins, m) => bins.map((b) => view.running[m]![b]!)),
        seed: arena.problem.seed + view.window,
      })
      return {
        replicas: arena.models.map(({ bins }, m) => {
          const own = new Int32Array(bins.length)
          for (const [i, b] of arenaBin[m]!.entries()) own[b] = replicas[m]![i]!
          return own
        }),
        ...(rule.geo && { order: fillOrder(arena, weightPerKwh) }),
      }
    },
  }
}

/** Cheapest token first, as the planner loads its replicas. */
function fillOrder(arena: Arena, weightPerKwh: readonly number[]): readonly Int32Array[] {
  return arena.models.map(({ bins }) => {
    const cost = bins.map(
      ({ region, tokenJoules }) => Math.max(weightPerKwh[region]!, TIE) * tokenJoules,
    )
    return Int32Array.from(bins.keys()).sort((a, b) => cost[a]! - cost[b]!)
  })
}

function ruledProblem(arena: Arena, knobs: Knobs, rule: SolvedRule): PlanningProblem {
  const { problem } = arena
  const allowed = allowedBins(arena, knobs.layout)
  const endMs = problem.windows[0]!.startMs + knobs.replanMinutes * MS_PER_MINUTE
  const lengthMs = Math.max(
    endMs,
    problem.windows[0]!.startMs + arena.windowSeconds * MS_PER_SECOND,
  )
  const framed: PlanningProblem = {
    ...problem,
    windows: [{ startMs: problem.windows[0]!.startMs, endMs: epochMs(lengthMs) }],
    models: problem.models.map((model, m) => {
      const { bins, origins } = arena.models[m]!
      const usable = new Set(
        bins.flatMap(({ point }, b) => (allowed[m]![b] === 1 ? [point.id] : [])),
      )
      const points = model.points.filter(({ id }) => usable.has(id))
      return {
        ...model,
        points: rule.point ? points.map(rule.point) : points,
        demand: model.demand.map((demand, o) => ({
          ...demand,
          regions:
            rule.geo || origins[o]!.home < 0
              ? demand.regions
              : [problem.regions[origins[o]!.home]!.id],
        })),
      }
    }),
    running: [],
    policy: { objective: 'carbon', carbonGPerUsd: 0 },
  }
  return rule.problem ? rule.problem(framed) : framed
}
