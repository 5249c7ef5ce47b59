export interface Point {
  readonly cycle: number
  readonly value: number
}

/** Least squares: how much the value grows in 1,000 cycles. */
export function slopePer1000(points: readonly Point[]): number {
  const mean = (of: (point: Point) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const cycleMean = mean(({ cycle }) => cycle)
  const valueMean = mean(({ value }) => value)
  const covariance = mean(({ cycle, value }) => (cycle - cycleMean) * (value - valueMean))
  const variance = mean(({ cycle }) => (cycle - cycleMean) ** 2)
  return (1000 * covariance) / variance
}
