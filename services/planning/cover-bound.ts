import { captivesOf } from './captives.ts'
import { bestStep } from './concave-search.ts'
import type { Cover } from './cover.ts'
import { type Cut, floorCuts, roundingCuts } from './cover-cuts.ts'

/** Rounds of new cuts, each seen from the prices that the cuts before have reached. */
const ROUNDS = 3
/** A gain below this share ends the climb. */
const LEAST_GAIN = 2e-4

/**
 * A lower bound on  min sum fixed n + perToken y  with whole n, y <= capacity n, every lane's traffic
 * carried where it may be and at least `minReplicas` replicas.
 *
 * Dual ascent: without cuts, each lane pays the cheapest token it reaches. Each cut gets a price,
 * found by line search one after the other; a priced cut makes its bins cheaper and pays for itself.
 * Any prices are valid, so the climb may end anywhere.
 */
export function coverBound(cover: Cover, sets: readonly Uint8Array[]): number {
  const captives = captivesOf(cover, sets)
  const climber = newClimber(cover)
  let cuts = floorCuts(cover)
  for (let round = 0; round < ROUNDS; round++) {
    const before = climber.value
    const known = cuts
    cuts = [...cuts, ...roundingCuts(cover, captives, climber.fixed, climber.perToken)].filter(
      (cut) => climber.climb(cut) || known.includes(cut),
    )
    for (const cut of cuts) climber.climb(cut)
    if (climber.value - before <= LEAST_GAIN * Math.abs(climber.value)) break
  }
  return climber.value
}

interface Climber {
  /** The bound at the prices so far. */
  readonly value: number
  /** By bin, what is left of the costs once the priced cuts have paid their part. */
  readonly fixed: Float64Array
  readonly perToken: Float64Array
  /** Moves the price of one cut to its best. @returns whether that raised the bound */
  climb(cut: Cut): boolean
}

function newClimber(cover: Cover): Climber {
  const { regionCount: R, region, capacity } = cover
  const { loads } = cover
  const fixed = cover.fixed.slice()
  const perToken = cover.perToken.slice()
  const prices = new Map<Cut, number>()
  /** By region: its cheapest token/s, and how fast a step along the cut makes it cheaper. */
  const token = new Float64Array(R).fill(Number.POSITIVE_INFINITY)
  const slope = new Float64Array(R)
  const reachable = reachableRegions(cover)
  let paid = 0

  const priceBins = (regions: Iterable<number>, bins: Iterable<number>) => {
    for (const r of regions) token[r] = Number.POSITIVE_INFINITY
    for (const b of bins) {
      const full = fixed[b]! / capacity[b]! + perToken[b]!
      if (full < token[region[b]!]!) token[region[b]!] = full
    }
  }
  priceBins([], region.keys())

  /** Value and slope at `step` along the cut; leaves `token` at that step. */
  const lookAt = (cut: Cut, step: number): [value: number, slope: number] => {
    const { bins, regions, perReplica, perToken: byToken } = cut
    for (let i = 0; i < regions.length; i++) token[regions[i]!] = Number.POSITIVE_INFINITY
    for (let j = 0; j < bins.length; j++) {
      const b = bins[j]!
      const r = region[b]!
      const falls = perReplica[j]! / capacity[b]! + byToken[j]!
      const full = fixed[b]! / capacity[b]! + perToken[b]! - step * falls
      if (full < token[r]!) {
        token[r] = full
        slope[r] = falls
      }
    }
    let value = paid + step * cut.least
    let rises = cut.least
    for (let lane = 0; lane < loads.length; lane++) {
      const r = cheapest(reachable[lane]!, token)
      value += loads[lane]! * token[r]!
      rises -= loads[lane]! * slope[r]!
    }
    return [value, rises]
  }

  const climber = {
    value: 0,
    fixed,
    perToken,
    climb(cut: Cut): boolean {
      slope.fill(0)
      const price = prices.get(cut) ?? 0
      const step = bestStep(-price, roomOf(cut, fixed), (at) => lookAt(cut, at))
      const [value] = lookAt(cut, step)
      if (value <= climber.value + 1e-9 * Math.abs(climber.value)) {
        priceBins(cut.regions, cut.bins)
        return false
      }
      climber.value = value
      paid += step * cut.least
      prices.set(cut, price + step)
      for (const [j, b] of cut.bins.entries()) {
        fixed[b] = Math.max(0, fixed[b]! - step * cut.perReplica[j]!)
        perToken[b]! -= step * cut.perToken[j]!
      }
      return true
    },
  }
  for (const [lane, load] of loads.entries()) {
    climber.value += load * token[cheapest(reachable[lane]!, token)]!
  }
  return climber
}

/** By lane, the regions it may use. */
function reachableRegions({ regionCount: R, loads, reaches }: Cover): Int32Array[] {
  return Array.from(loads, (_, lane) =>
    Int32Array.from({ length: R }, (__, r) => r).filter((r) => reaches[lane * R + r] === 1),
  )
}

function cheapest(regions: Int32Array, token: Float64Array): number {
  let best = regions[0]!
  for (let i = 1; i < regions.length; i++)
    if (token[regions[i]!]! < token[best]!) best = regions[i]!
  return best
}

/** How much the price may rise before a replica is paid for. */
function roomOf({ bins, perReplica }: Cut, fixed: Float64Array): number {
  let room = Number.POSITIVE_INFINITY
  for (const [j, b] of bins.entries()) {
    const replica = perReplica[j]!
    if (replica > 0) room = Math.min(room, fixed[b]! / replica)
  }
  return Math.max(0, room)
}
