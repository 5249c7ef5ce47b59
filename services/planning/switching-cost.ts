import { durationOf } from '../domain/window.ts'
import { groupBy } from './group-by.ts'
import { objectiveWeights } from './instance.ts'
import type { Assignment } from './plan.ts'
import { placeKey } from './point-series.ts'
import { pricePlan } from './price-plan.ts'
import type { PlanningProblem } from './problem.ts'

/**
 * Objective of all changes of a schedule, from what runs already: the energy of its starts at its
 * carbon; the overlap of make-before-break, in which replicas that make way for others of their model stay until the
 * slowest of these is ready; and the policy's own price of a GPU started or stopped.
 */
export function switchingCost(
  problem: PlanningProblem,
  assignments: readonly Assignment[],
): number {
  const value = (of: readonly Assignment[]) => pricePlan(problem, of).objectiveValue
  const starts = value(assignments) - value(assignments.map((one) => ({ ...one, starts: 0 })))
  const changes = changesOf(problem, assignments)
  const overlap = value(overlapOf(problem, changes)) - value([])
  const { changeGPerGpu = 0 } = problem.policy
  const gpus = changes.reduce((sum, { gpus, by }) => sum + gpus * Math.abs(by), 0)
  return starts + overlap + objectiveWeights(problem.policy).carbon * changeGPerGpu * gpus
}

/** Replicas of one variant that start (or, negative, stop) with a window. */
interface Change {
  readonly place: Pick<Assignment, 'window' | 'region' | 'model' | 'pointId'>
  readonly by: number
  /** Of one replica. */
  readonly gpus: number
  readonly startSeconds: number
}

function changesOf(problem: PlanningProblem, assignments: readonly Assignment[]): Change[] {
  const points = new Map(
    problem.models.flatMap(({ id, points }) => points.map((p) => [`${id} ${p.id}`, p])),
  )
  const places = groupBy(
    [...problem.running.map((one) => ({ ...one, window: -1 })), ...assignments],
    placeKey,
  )
  const last = Math.max(-1, ...assignments.map(({ window }) => window))
  return [...places.values()].flatMap((own) => {
    const { region, model, pointId } = own[0]!
    const point = points.get(`${model} ${pointId}`)
    // What runs on a variant that is gone stops in every schedule alike.
    if (!point) return []
    const counts = new Map(own.map(({ window, replicas }) => [window, replicas]))
    return Array.from(
      { length: last + 1 },
      (_, window): Change => ({
        place: { window, region, model, pointId },
        by: (counts.get(window) ?? 0) - (counts.get(window - 1) ?? 0),
        gpus: point.gpusPerReplica,
        startSeconds: point.startSeconds,
      }),
    ).filter(({ by }) => by !== 0)
  })
}

/** What stops where others of its model start: as many replicas as would draw the same for all of the window. */
function overlapOf({ windows }: PlanningProblem, changes: readonly Change[]): Assignment[] {
  const together = groupBy(changes, ({ place }) => JSON.stringify([place.model, place.window]))
  return [...together.values()].flatMap((moves) => {
    const seconds = Math.max(0, ...moves.filter(({ by }) => by > 0).map((one) => one.startSeconds))
    return moves
      .filter(({ by }) => by < 0 && seconds > 0)
      .map(
        ({ place, by }): Assignment => ({
          ...place,
          replicas: -by * Math.min(1, seconds / durationOf(windows[place.window]!)),
          starts: 0,
          tokensPerSecond: 0,
          batchTokensPerSecond: 0,
        }),
      )
  })
}
