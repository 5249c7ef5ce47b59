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
  readonly minReplicas: number
}

/** Without lanes that have no traffic, and without bins that another of their region beats. Exact. */
export function narrow(cover: Cover): Cover {
  const { regionCount: R, loads, reaches } = cover
  const lanes = [...loads.keys()].filter((lane) => loads[lane]! > 0)
  const reachesOf = new Uint8Array(lanes.length * R)
  for (const [i, lane] of lanes.entries()) {
    reachesOf.set(reaches.subarray(lane * R, (lane + 1) * R), i * R)
  }
  return {
    ...withBins(cover, unbeaten(cover)),
    loads: Float64Array.from(lanes, (lane) => loads[lane]!),
    reaches: reachesOf,
  }
}

/** Bins in their order; of two that beat each other the first. */
function unbeaten({ regionCount: R, region, capacity, fixed, perToken }: Cover): number[] {
  const own = Array.from({ length: R }, () => [] as number[])
  for (let b = 0; b < region.length; b++) own[region[b]!]!.push(b)
  const beats = (a: number, b: number) =>
    capacity[a]! >= capacity[b]! && fixed[a]! <= fixed[b]! && perToken[a]! <= perToken[b]!
  const isBeaten = (b: number) =>
    own[region[b]!]!.some((a) => a !== b && beats(a, b) && !(beats(b, a) && b < a))
  return [...region.keys()].filter((b) => !isBeaten(b))
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
 * Work that pays `offers` for a token/s, by region (-Infinity: none), fills what traffic leaves free
 * wherever it pays more than the token costs. The same in other words: work alone pays the replica,
 * and every token of traffic costs what work would have paid.
 *
 * @returns costs in place of the given ones; `fixed` may fall below 0
 */
export function filledByWork(
  { region, capacity, fixed, perToken }: Pick<Cover, 'region' | 'capacity' | 'fixed' | 'perToken'>,
  offers: Float64Array,
): Pick<Cover, 'fixed' | 'perToken'> {
  const raised = perToken.map((cost, b) => Math.max(cost, offers[region[b]!]!))
  return {
    perToken: raised,
    fixed: fixed.map((cost, b) => cost + (perToken[b]! - raised[b]!) * capacity[b]!),
  }
}
