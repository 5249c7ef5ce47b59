import type { Cover } from './cover.ts'
import type { Captive } from './cover-cuts.ts'

/** Fleets with many different reaches have more unions than are worth looking at. */
const MOST_SETS = 60

/**
 * Sets of regions, as 0 and 1 by region: every lane's, unions of two of them, and all regions. Small
 * ones first: a climb that has paid for replicas anywhere could not ask for one in each corner.
 */
export function regionSets(regionCount: number, reaches: Uint8Array): Uint8Array[] {
  const lanes = Array.from({ length: reaches.length / regionCount }, (_, lane) =>
    reaches.subarray(lane * regionCount, (lane + 1) * regionCount),
  )
  const unions = lanes.flatMap((a) => lanes.map((b) => a.map((one, r) => one | b[r]!)))
  const all = new Uint8Array(regionCount).fill(1)
  const size = (set: Uint8Array) => set.reduce((sum, one) => sum + one, 0)
  const sets = new Map([...lanes, ...unions].map((set) => [set.join(''), set]))
  const small = [...sets.values()].sort((a, b) => size(a) - size(b)).slice(0, MOST_SETS)
  return [...small.filter((set) => size(set) < regionCount), all]
}

/** What of the cover's traffic cannot leave each set; sets that hold the same are told once. */
export function captivesOf(cover: Cover, sets: readonly Uint8Array[]): Captive[] {
  const { regionCount: R, region, loads, reaches } = cover
  return sets.flatMap((set) => {
    const staysInside = (lane: number) =>
      set.every((inside, r) => inside === 1 || reaches[lane * R + r] === 0)
    const demand = loads.reduce((sum, load, lane) => (staysInside(lane) ? sum + load : sum), 0)
    if (demand <= 0) return []
    const isIn = (r: number) => set[r] === 1
    return [
      {
        demand,
        regions: Int32Array.from(set.keys()).filter(isIn),
        bins: Int32Array.from(region.keys()).filter((b) => isIn(region[b]!)),
      },
    ]
  })
}
