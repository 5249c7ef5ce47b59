import type { PlanningProblem } from './problem.ts'

/** Which points may run where: (region, model, point id). */
type IsUsable = (region: string, model: string, pointId: string) => boolean

/**
 * GPUs of running replicas that no plan may keep: their variant is pinned away, has become too slow,
 * or its GPUs are gone. They all stop with the first window, which counts as change.
 */
export function strandedGpus({ running, models }: PlanningProblem, isUsable: IsUsable): number {
  return running
    .filter(({ region, model, pointId }) => !isUsable(region, model, pointId))
    .reduce((gpus, { model, pointId, replicas }) => {
      const of = models.find(({ id }) => id === model)
      const known = [...(of?.points ?? []), ...(of?.tooSlow ?? [])]
      const point = known.find(({ id }) => id === pointId)
      return gpus + replicas * (point?.gpusPerReplica ?? 0)
    }, 0)
}
