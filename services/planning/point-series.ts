import type { PointSeries } from './block.ts'
import type { Instance } from './instance.ts'

/** Values of fewer than so many replicas are a solver's noise. */
const NOTHING = 1e-9

/**
 * Windows [from, end) of values by model, [window * binCount + bin], as plain series; points that
 * have nothing are left out.
 */
export function seriesOf(
  { models, problem, windowCount }: Instance,
  values: readonly ArrayLike<number>[],
  from = 0,
  end = windowCount,
): PointSeries[] {
  return models.flatMap((model, m) =>
    Array.from({ length: model.binCount }, (_, b): PointSeries => {
      const region = problem.regions[model.region[b]!]!.id
      const own = Array.from(
        { length: end - from },
        (__, i) => values[m]![(from + i) * model.binCount + b]!,
      )
      return { region, model: model.id, pointId: model.point[b]!.id, values: own }
    }).filter((series) => series.values.some((value) => value > NOTHING)),
  )
}

/** The reverse of `seriesOf`, for `windows` windows. */
export function valuesOf(
  { models, problem }: Instance,
  series: readonly PointSeries[],
  windows: number,
): Float64Array[] {
  const keyOf = (of: { region: string; model: string; pointId: string }) =>
    JSON.stringify([of.region, of.model, of.pointId])
  const found = new Map(series.map((of) => [keyOf(of), of.values]))
  return models.map(({ id, binCount, point, region }) => {
    const values = new Float64Array(windows * binCount)
    for (let b = 0; b < binCount; b++) {
      const regionId = problem.regions[region[b]!]!.id
      const own = found.get(keyOf({ region: regionId, model: id, pointId: point[b]!.id })) ?? []
      for (const [t, value] of own.entries()) values[t * binCount + b] = value
    }
    return values
  })
}
