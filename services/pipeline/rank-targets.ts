import type { SteeredTarget } from '../actuation/index.ts'
import type { Plan, PlanningProblem } from '../planning/index.ts'

/**
 * Where one more replica of a model costs least carbon right now, best first: gCO2e a token of a
 * busy replica with its host's share, out of what the plan was made from. Only places that the plan
 * itself uses at some time, since only those are known to keep every promise.
 *
 * @param problem undefined where it has been forgotten; then the order is that of `targets`
 */
export function rankTargets(
  targets: readonly SteeredTarget[],
  model: string,
  plan: Plan,
  problem: PlanningProblem | undefined,
  nowMs: number,
): readonly SteeredTarget[] {
  const used = targets.filter(
    (target) =>
      target.model === model &&
      plan.assignments.some(
        ({ region, model: served, pointId }) =>
          region === target.region && served === model && pointId === target.pointId,
      ),
  )
  if (!problem) return used
  const window = problem.windows.findIndex((one) => one.startMs <= nowMs && nowMs < one.endMs)
  const grams = new Map(used.map((target) => [target, relativeGrams(target, problem, window)]))
  return used.toSorted((a, b) => grams.get(a)! - grams.get(b)!)
}

/** Proportional to gCO2e a token. What the problem does not know comes last. */
function relativeGrams(
  target: SteeredTarget,
  { regions, models }: PlanningProblem,
  window: number,
): number {
  const region = regions.find(({ id }) => id === target.region)
  const point = models
    .find(({ id }) => id === target.model)
    ?.points.find(({ id }) => id === target.pointId)
  const intensity = region?.carbonGPerKwh[window]
  if (!region || !point || intensity === undefined) return Number.MAX_VALUE
  const busyWatts = point.busyWatts + region.hostWattsPerGpu * point.gpusPerReplica
  return (busyWatts * region.pue * intensity) / point.capacityTokensPerSecond
}
