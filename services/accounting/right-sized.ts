import type { OperatingPoint } from '../fitting/index.ts'
import { type PointChoice, staticReplicas } from '../planning/index.ts'

/** Points at their highest power: what there is before anyone thinks of caps. */
export function uncapped(points: readonly OperatingPoint[]): readonly OperatingPoint[] {
  const shape = ({ variant }: OperatingPoint) =>
    JSON.stringify({ ...variant, powerCapWatts: undefined })
  const cap = ({ variant }: OperatingPoint) => variant.powerCapWatts ?? Number.POSITIVE_INFINITY
  const best = new Map<string, OperatingPoint>()
  for (const point of points) {
    const known = best.get(shape(point))
    if (!known || cap(point) > cap(known)) best.set(shape(point), point)
  }
  return [...best.values()]
}

/** The parallelism and batch that draw least at the static peak, without caps. */
export const rightSized: PointChoice = (points, peakTokensPerSecond) => {
  const watts = (point: OperatingPoint) => {
    const perToken = (point.busyWatts - point.idleWatts) / point.capacityTokensPerSecond
    return (
      staticReplicas(point, peakTokensPerSecond) * point.idleWatts + perToken * peakTokensPerSecond
    )
  }
  return uncapped(points).reduce<OperatingPoint | undefined>(
    (best, point) => (!best || watts(point) < watts(best) ? point : best),
    undefined,
  )
}
