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
  const seen: PointSeries[] = []
  for (const [m, { id, binCount: B, point, region }] of models.entries()) {
    const of = values[m]!
    for (let b = 0; b < B; b++) {
      let t = from
      while (t < end && of[t * B + b]! <= NOTHING) t++
      if (t === end) continue
      const own = Array.from({ length: end - from }, (_, i) => of[(from + i) * B + b]!)
      const place = { region: problem.regions[region[b]!]!.id, model: id, pointId: point[b]!.id }
      seen.push({ ...place, values: own })
    }
  }
  return seen
}

/** Tells points of models in regions apart. */
export const placeKey = (of: Omit<PointSeries, 'values'>): string =>
  JSON.stringify([of.region, of.model, of.pointId])

/** The reverse of `seriesOf`, for `windows` windows. */
export function valuesOf(
  { models, problem }: Instance,
  series: readonly PointSeries[],
  windows: number,
): Float64Array[] {
  const found = new Map(series.map((of) => [placeKey(of), of.values]))
  return models.map(({ id, binCount, point, region }) => {
    const values = new Float64Array(windows * binCount)
    for (let b = 0; b < binCount; b++) {
      const regionId = problem.regions[region[b]!]!.id
      const own = found.get(placeKey({ region: regionId, model: id, pointId: point[b]!.id })) ?? []
      for (const [t, value] of own.entries()) values[t * binCount + b] = value
    }
    return values
  })
}
