/**
 * Empirical quantile with linear interpolation between order statistics (Hyndman and Fan 1996,
 * type 7).
 *
 * @param values at least one
 * @param q from 0 to 1
 */
export function quantile(values: readonly number[], q: number): number {
  const ordered = values.toSorted((a, b) => a - b)
  const position = q * (ordered.length - 1)
  const below = Math.floor(position)
  const above = Math.min(below + 1, ordered.length - 1)
  return ordered[below]! + (position - below) * (ordered[above]! - ordered[below]!)
}
