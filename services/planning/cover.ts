/** One model in one window, at prices: whole replicas that carry the traffic of its lanes. */
export interface Cover {
  readonly regionCount: number
  /** By bin: which of the caller's it is. */
  readonly bins: Int32Array
  readonly region: Int32Array
  readonly capacity: Float64Array
  /** By bin: objective of one replica, not negative. */
  readonly fixed: Float64Array
  /** By bin: objective of one token/s. */
  readonly perToken: Float64Array
  /** By lane: tokens/s that must be carried. */
  readonly loads: Float64Array
  /** 1 where a lane may use a region, [lane * regionCount + region]. */
  readonly reaches: Uint8Array
  /** By region: deferrable work pays this for a token/s; -Infinity where there is none. */
  readonly offers: Float64Array
  readonly minReplicas: number
}

/** Without lanes that have no traffic, and without bins that another of their region beats. Exact. */
export function narrow(cover: Cover): Cover {
  const { region, regionCount: R, capacity, fixed, perToken } = cover
  const beats = (a: number, b: number) =>
    region[a] === region[b] &&
    capacity[a]! >= capacity[b]! &&
    fixed[a]! <= fixed[b]! &&
    perToken[a]! <= perToken[b]!
  const bins = [...region.keys()]
  const kept = bins.filter(
    (b) => !bins.some((a) => a !== b && beats(a, b) && !(beats(b, a) && b < a)),
  )
  const lanes = [...cover.loads.keys()].filter((lane) => cover.loads[lane]! > 0)
  return {
    ...withBins(cover, kept),
    loads: Float64Array.from(lanes, (lane) => cover.loads[lane]!),
    reaches: Uint8Array.from(
      lanes.flatMap((lane) => [...cover.reaches.subarray(lane * R, (lane + 1) * R)]),
    ),
  }
}

/** The same traffic with these bins alone. */
export function withBins(cover: Cover, bins: readonly number[]): Cover {
  const pick = (values: Float64Array) => Float64Array.from(bins, (b) => values[b]!)
  return {
    ...cover,
    bins: Int32Array.from(bins, (b) => cover.bins[b]!),
    region: Int32Array.from(bins, (b) => cover.region[b]!),
    capacity: pick(cover.capacity),
    fixed: pick(cover.fixed),
    perToken: pick(cover.perToken),
  }
}

/**
 * Work that pays more for a token than it costs fills what traffic leaves free. The same in other
 * words, without offers: work alone pays the replica, and every token of traffic costs what work
 * would have paid. Exact where no full replica earns more than it costs.
 */
export function withoutOffers(cover: Cover): Cover {
  const { region, capacity, fixed, offers } = cover
  const perToken = cover.perToken.map((cost, b) => Math.max(cost, offers[region[b]!]!))
  return {
    ...cover,
    perToken,
    fixed: fixed.map((cost, b) =>
      Math.max(0, cost + (cover.perToken[b]! - perToken[b]!) * capacity[b]!),
    ),
    offers: offers.map(() => Number.NEGATIVE_INFINITY),
  }
}
