import type { PointSeries } from './block.ts'
import type { Instance } from './instance.ts'

/** Replica counts as plain series; points that are never used are left out. */
export function seriesOf(instance: Instance, counts: readonly Int32Array[]): PointSeries[] {
  return instance.models.flatMap((model, m) =>
    Array.from({ length: model.binCount }, (_, b): PointSeries => {
      const region = instance.problem.regions[model.region[b]!]!.id
      const values = instance.problem.windows.map((_, t) => counts[m]![t * model.binCount + b]!)
      return { region, model: model.id, pointId: model.point[b]!.id, values }
    }).filter(({ values }) => values.some((value) => value > 0)),
  )
}
