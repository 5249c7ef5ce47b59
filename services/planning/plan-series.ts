import type { PointSeries } from './block.ts'
import { groupBy } from './group-by.ts'
import type { Assignment } from './plan.ts'
import { placeKey } from './point-series.ts'

/** Windows [from, end) of a plan's replicas, as plain series. */
export function replicaSeries(
  assignments: readonly Assignment[],
  [from, end]: readonly [from: number, end: number],
): PointSeries[] {
  const inside = assignments.filter(({ window }) => window >= from && window < end)
  const places = groupBy(inside, placeKey)
  return [...places.values()].map((own): PointSeries => {
    const { region, model, pointId } = own[0]!
    const values = Array.from({ length: end - from }, () => 0)
    for (const { window, replicas } of own) values[window - from] = replicas
    return { region, model, pointId, values }
  })
}
