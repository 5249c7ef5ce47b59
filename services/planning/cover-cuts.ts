import type { Cover } from './cover.ts'

/** Divisors tried for each set of regions: the capacities of its cheapest bins. */
const DIVISORS = 5
/** With a smaller remainder than this share of a replica, rounding up is worth nothing. */
const LEAST_REMAINDER = 0.02

/** `sum over bins (perReplica n + perToken y) >= least`: every whole plan keeps it. */
export interface Cut {
  readonly bins: Int32Array
  /** Regions of the bins. */
  readonly regions: Int32Array
  readonly perReplica: Float64Array
  readonly perToken: Float64Array
  readonly least: number
}

/** Regions that some traffic cannot leave: `demand` tokens/s stay inside. */
export interface Captive {
  readonly regions: Int32Array
  readonly bins: Int32Array
  readonly demand: number
}

/** Replicas are no fewer than the floor. */
export function floorCuts(cover: Cover): Cut[] {
  if (cover.minReplicas === 0) return []
  const bins = Int32Array.from(cover.region.keys())
  return [
    {
      bins,
      regions: Int32Array.from({ length: cover.regionCount }, (_, r) => r),
      perReplica: new Float64Array(bins.length).fill(1),
      perToken: new Float64Array(bins.length),
      least: cover.minReplicas,
    },
  ]
}

/**
 * Mixed-integer rounding of `what the bins of a set carry >= what cannot leave it`, divided by the
 * capacity of each of its cheapest bins. Bins whose replicas cost nothing any more at the prices so
 * far enter by their load, the others by their replicas: both are valid, and these are the stronger.
 *
 * Nemhauser and Wolsey, "A recursive procedure to generate all cuts for 0-1 mixed integer programs",
 * Math. Prog. 46 (1990).
 *
 * @param fixed objective of one replica at the prices so far, by bin
 * @param perToken the same of one token/s
 */
export function roundingCuts(
  { capacity }: Cover,
  captives: readonly Captive[],
  fixed: Float64Array,
  perToken: Float64Array,
): Cut[] {
  const full = (b: number) => fixed[b]! / capacity[b]! + perToken[b]!
  return captives.flatMap(({ regions, bins, demand }) =>
    cheapestCapacities(bins, capacity, full).flatMap((divisor): Cut[] => {
      const replicas = demand / divisor
      const rest = replicas - Math.floor(replicas)
      if (rest < LEAST_REMAINDER) return []
      const byReplica = new Float64Array(bins.length)
      const byToken = new Float64Array(bins.length)
      for (const [j, b] of bins.entries()) {
        if (fixed[b]! <= 0) byToken[j] = 1 / (divisor * rest)
        else byReplica[j] = rounded(capacity[b]! / divisor, rest)
      }
      const least = Math.ceil(replicas)
      return [{ bins, regions, perReplica: byReplica, perToken: byToken, least }]
    }),
  )
}

const rounded = (ratio: number, rest: number): number =>
  Math.floor(ratio) + Math.min(1, (ratio - Math.floor(ratio)) / rest)

/** Different capacities of the bins with the cheapest tokens, at most `DIVISORS` of them. */
function cheapestCapacities(
  bins: Int32Array,
  capacity: Float64Array,
  full: (b: number) => number,
): number[] {
  const found: number[] = []
  const seen = new Set<number>()
  while (found.length < DIVISORS) {
    let best = -1
    let least = Number.POSITIVE_INFINITY
    for (const b of bins) {
      const cost = full(b)
      if (cost >= least || seen.has(capacity[b]!)) continue
      best = b
      least = cost
    }
    if (best < 0) break
    seen.add(capacity[best]!)
    found.push(capacity[best]!)
  }
  return found
}
