import type { Cover } from './cover.ts'

/** A step outwards in the chain of region sets. */
export interface Link {
  /** Bins of the regions that it adds. */
  readonly bins: readonly number[]
  /** tokens/s that all regions up to here must carry: of lanes that reach no other. */
  readonly captive: number
}

/** A cover at its fractional optimum. */
export interface Chain {
  readonly links: readonly Link[]
  /** Objective with fractions of replicas. */
  readonly value: number
  /** Replicas of the bin with the cheapest token that would carry everything. */
  readonly replicas: number
  /** By region: the most that a lane which reaches it pays for a token/s. */
  readonly worth: Float64Array
}

/** Regions in order of their cheapest full token, the dearest first; a link ends where lanes do. */
export function chainOf(cover: Cover): Chain {
  const { regionCount: R, region, capacity, fixed, perToken, loads, reaches } = cover
  const token = new Float64Array(R).fill(Number.POSITIVE_INFINITY)
  let cheapest = -1
  for (let b = 0; b < region.length; b++) {
    const full = fixed[b]! / capacity[b]! + perToken[b]!
    if (full < token[region[b]!]!) token[region[b]!] = full
    if (cheapest < 0 || full < fixed[cheapest]! / capacity[cheapest]! + perToken[cheapest]!)
      cheapest = b
  }
  const order = [...token.keys()].sort((a, b) => token[b]! - token[a]! || a - b)
  const ends = new Float64Array(R)
  const worth = new Float64Array(R)
  let value = 0
  for (let lane = 0; lane < loads.length; lane++) {
    const last = order.findLastIndex((r) => reaches[lane * R + r] === 1)
    const price = token[order[last]!]!
    ends[last]! += loads[lane]!
    value += loads[lane]! * price
    for (let r = 0; r < R; r++) {
      if (reaches[lane * R + r] === 1) worth[r] = Math.max(worth[r]!, price)
    }
  }
  const total = loads.reduce((a, b) => a + b, 0)
  return { links: linksOf(cover, order, ends), value, worth, replicas: total / capacity[cheapest]! }
}

function linksOf({ region }: Cover, order: readonly number[], ends: Float64Array): Link[] {
  const links: Link[] = []
  let bins: number[] = []
  let captive = 0
  for (const [rank, r] of order.entries()) {
    for (let b = 0; b < region.length; b++) if (region[b] === r) bins.push(b)
    if (ends[rank] === 0) continue
    captive += ends[rank]!
    links.push({ bins, captive })
    bins = []
  }
  return links
}
