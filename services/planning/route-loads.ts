import type { Draft } from './draft.ts'

/** How one model's traffic goes in one window. */
export interface Routing {
  /** tokens/s, [lane * regionCount + region]. */
  readonly flows: Float64Array
  /** tokens/s by bin. */
  readonly loads: Float64Array
  readonly unserved: number
}

/**
 * The cheapest routing for given replicas, exactly. Cost depends on the bin alone, so bins can be
 * filled in order of cost, each as far as any re-routing of what is already served allows (the
 * greedy rule of a polymatroid; Edmonds 1970): an augmenting path never empties a cheaper bin.
 */
export function routeLoads(draft: Draft, m: number, t: number): Routing {
  const { instance } = draft
  const model = instance.models[m]!
  const lanes = draft.lanes[m]!
  const { regionCount: R } = instance
  const B = model.binCount
  const unserved = draft.rates[m]!.slice(t * lanes.count, (t + 1) * lanes.count)
  const total = unserved.reduce((a, b) => a + b, 0)
  const tolerance = 1e-9 * total
  const flows = new Float64Array(lanes.count * R)
  const loads = new Float64Array(B)
  for (let rank = 0; rank < B; rank++) {
    const b = draft.order[m]![t * B + rank]!
    let left = draft.replicas[m]![t * B + b]! * model.capacity[b]!
    while (left > tolerance) {
      const pushed = augment(lanes.reaches, lanes.count, R, flows, unserved, model.region[b]!, left)
      if (pushed <= tolerance) break
      loads[b]! += pushed
      left -= pushed
    }
  }
  const missing = unserved.reduce((a, b) => a + b, 0)
  return { flows, loads, unserved: missing > tolerance * 10 ? missing : 0 }
}

/**
 * Sends up to `most` more into `region` along the shortest path of lanes: each gives its own region
 * to the lane behind it and takes the one before it. Changes `flows` and `unserved`.
 */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one pass over nested indices, clearer in one place.
function augment(
  reaches: Uint8Array,
  laneCount: number,
  R: number,
  flows: Float64Array,
  unserved: Float64Array,
  region: number,
  most: number,
): number {
  // Backwards from the region: entryRegion[lane] is the region the lane would newly use.
  const entryRegion = new Int32Array(laneCount).fill(-1)
  const givenBy = new Int32Array(R).fill(-2)
  givenBy[region] = -1
  const queue = [region]
  for (let head = 0; head < queue.length; head++) {
    const r = queue[head]!
    for (let lane = 0; lane < laneCount; lane++) {
      if (entryRegion[lane] !== -1 || reaches[lane * R + r] === 0) continue
      entryRegion[lane] = r
      if (unserved[lane]! > 0) {
        return push({ R, flows, unserved, entryRegion, givenBy }, lane, most)
      }
      for (let other = 0; other < R; other++) {
        if (givenBy[other] === -2 && flows[lane * R + other]! > 0) {
          givenBy[other] = lane
          queue.push(other)
        }
      }
    }
  }
  return 0
}

interface Path {
  readonly R: number
  readonly flows: Float64Array
  readonly unserved: Float64Array
  readonly entryRegion: Int32Array
  /** The lane that would leave the region; -1 at the path's end. */
  readonly givenBy: Int32Array
}

function push(path: Path, start: number, most: number): number {
  const { R, flows, unserved, entryRegion, givenBy } = path
  let amount = Math.min(most, unserved[start]!)
  const steps: [lane: number, taken: number][] = []
  for (let lane = start; lane >= 0; lane = givenBy[entryRegion[lane]!]!) {
    const taken = entryRegion[lane]!
    steps.push([lane, taken])
    const giver = givenBy[taken]!
    if (giver >= 0) amount = Math.min(amount, flows[giver * R + taken]!)
  }
  unserved[start]! -= amount
  for (const [lane, taken] of steps) {
    flows[lane * R + taken]! += amount
    const giver = givenBy[taken]!
    if (giver >= 0) flows[giver * R + taken]! -= amount
  }
  return amount
}
