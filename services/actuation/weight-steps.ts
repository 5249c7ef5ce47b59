export type Weights = Readonly<Record<string, number>>

/**
 * Integer shares that sum to 100, from any non-negative ones: largest remainders first, ties by
 * name, so that every process comes to the same numbers.
 */
export function toPercent(shares: Weights): Weights {
  const names = Object.keys(shares).sort()
  const total = names.reduce((sum, name) => sum + shares[name]!, 0)
  if (!(total > 0)) return {}
  const exact = names.map((name) => ({ name, share: (shares[name]! / total) * 100 }))
  const left = 100 - exact.reduce((sum, { share }) => sum + Math.floor(share), 0)
  const upwards = new Set(
    [...exact]
      .sort((a, b) => (b.share % 1) - (a.share % 1))
      .slice(0, left)
      .map(({ name }) => name),
  )
  return Object.fromEntries(
    exact.map(({ name, share }) => [name, Math.floor(share) + (upwards.has(name) ? 1 : 0)]),
  )
}

/**
 * The way from one split of traffic to another in steps small enough to be watched and taken back.
 *
 * @param from integer shares summing to 100
 * @param to the same; a name absent on one side has share 0 there
 * @param mostPoints percentage points that may change hands per step, at least 1
 * @returns every split after the first, the last being `to`; empty where nothing changes
 */
export function weightSteps(from: Weights, to: Weights, mostPoints: number): readonly Weights[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort()
  const gap = (name: string) => (to[name] ?? 0) - (from[name] ?? 0)
  const moved = names.reduce((sum, name) => sum + Math.abs(gap(name)), 0) / 2
  const count = Math.ceil(moved / Math.max(1, Math.floor(mostPoints)))
  return Array.from({ length: count }, (_, index) => {
    const share = (index + 1) / count
    return index + 1 === count
      ? Object.fromEntries(names.map((name) => [name, to[name] ?? 0]))
      : toPercent(Object.fromEntries(names.map((n) => [n, (from[n] ?? 0) + gap(n) * share])))
  })
}
