/** Grid points per replica the load needs: finer is tighter, and the bound is valid at any. */
const UNITS_PER_REPLICA = 400
const MOST_UNITS = 16_000
/** With more replicas than this, rounding is worth too little to look at. */
const MOST_REPLICAS = 120

/** What a load can be covered with, by bin. */
export interface Cover {
  /** Objective of one replica, not negative. */
  readonly fixed: Float64Array
  /** Objective of one token/s, of either sign. */
  readonly perToken: Float64Array
  readonly capacity: Float64Array
}

/**
 * A lower bound on  min sum n fixed + sum y perToken  with n whole, y <= n capacity and
 * sum y = load + extra, each extra token/s costing `extraCost`: a covering knapsack.
 *
 * At most one replica of an optimum is partly loaded (two could shift load to the cheaper one), so
 * an optimum is some full replicas, priced by a table over the load, and at most one partial one.
 */
export function coverCost(load: number, extraCost: number, cover: Cover): number {
  if (load <= 0) return 0
  const full = cover.fixed.map((cost, b) => cost + cover.capacity[b]! * cover.perToken[b]!)
  // Loading a token/s costs at least this, in any replica.
  const perLoad = full.reduce(
    (least, cost, b) => Math.min(least, cost / cover.capacity[b]!),
    Number.POSITIVE_INFINITY,
  )
  const linear = load * perLoad
  if (perLoad < -1e-9) return extraCost < -perLoad ? Number.NEGATIVE_INFINITY : linear
  const upper = simpleCost(load, cover, full)
  const useful = [...full.keys()].filter((b) => full[b]! <= upper)
  const pick = (values: Float64Array) => Float64Array.from(useful, (b) => values[b]!)
  const smallest = pick(cover.capacity).reduce((a, b) => Math.min(a, b), load)
  const replicas = Math.ceil(load / smallest)
  if (replicas > MOST_REPLICAS) return linear
  const narrowed = {
    fixed: pick(cover.fixed),
    perToken: pick(cover.perToken),
    capacity: pick(cover.capacity),
  }
  return Math.max(linear, wholeCost(load, extraCost, narrowed, pick(full), replicas))
}

/** An upper bound: one bin alone, the last replica partly loaded. Dearer bins are never used. */
function simpleCost(
  load: number,
  { fixed, perToken, capacity }: Cover,
  full: Float64Array,
): number {
  let upper = Number.POSITIVE_INFINITY
  for (let b = 0; b < full.length; b++) {
    const whole = Math.floor(load / capacity[b]!)
    const rest = load - whole * capacity[b]!
    upper = Math.min(upper, whole * full[b]! + fixed[b]! + rest * perToken[b]!)
  }
  return upper
}

/**
 * Capacities are rounded up to the grid. The surplus this lends is at most taken from the partial
 * replica, whose load is worth at most `-steepest` a token/s: each replica is credited for its own.
 */
function wholeCost(
  load: number,
  extraCost: number,
  { fixed, perToken, capacity }: Cover,
  full: Float64Array,
  replicas: number,
): number {
  const N = Math.min(MOST_UNITS, UNITS_PER_REPLICA * replicas)
  const unit = load / N
  const units = Int32Array.from(capacity, (value) => Math.ceil(value / unit - 1e-9))
  const steepest = perToken.reduce((a, b) => Math.min(a, b), 0)
  const credited = full.map((cost, b) => cost + (units[b]! * unit - capacity[b]!) * steepest)
  const largest = units.reduce((a, b) => Math.max(a, b), 0)
  const table = coverTable(N + replicas + largest + 1, units, credited)
  let best = Number.POSITIVE_INFINITY
  for (let w = N; w < table.length; w++) {
    const extra = Math.max(0, w - N - replicas) * unit
    if (extra > 0 && extraCost === Number.POSITIVE_INFINITY) break
    best = Math.min(best, table[w]! + (extra > 0 ? extra * extraCost : 0))
  }
  for (let b = 0; b < full.length; b++) {
    const most = Math.min(N, Math.floor(capacity[b]! / unit))
    for (let i = -replicas; i <= most; i++) {
      best = Math.min(best, table[N - i]! + fixed[b]! + i * unit * perToken[b]!)
    }
  }
  return best
}

/** The least cost of items that fill exactly w units, for every w below `length`. */
function coverTable(length: number, units: Int32Array, costs: Float64Array): Float64Array {
  const table = new Float64Array(length).fill(Number.POSITIVE_INFINITY)
  table[0] = 0
  for (let w = 1; w < length; w++) {
    let least = Number.POSITIVE_INFINITY
    for (let b = 0; b < costs.length; b++) {
      const rest = w - units[b]!
      if (rest < 0) continue
      const cost = costs[b]! + table[rest]!
      if (cost < least) least = cost
    }
    table[w] = least
  }
  return table
}
