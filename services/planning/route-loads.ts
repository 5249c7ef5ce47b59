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
  const network = { R, reaches: lanes.reaches, flows, unserved }
  const loads = new Float64Array(B)
  for (let rank = 0; rank < B; rank++) {
    const b = draft.order[m]![t * B + rank]!
    let left = draft.replicas[m]![t * B + b]! * model.capacity[b]!
    while (left > tolerance) {
      const pushed = augment(network, model.region[b]!, left)
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
function augment(network: Network, region: number, most: number): number {
  const { reaches, unserved, R } = network
  const path: Path = {
    entryRegion: new Int32Array(unserved.length).fill(NOT_SEEN),
    givenBy: new Int32Array(R).fill(NOT_SEEN),
  }
  path.givenBy[region] = END
  const queue = [region]
  for (const r of queue) {
    for (let lane = 0; lane < unserved.length; lane++) {
      if (path.entryRegion[lane] !== NOT_SEEN || reaches[lane * R + r] === 0) continue
      path.entryRegion[lane] = r
      if (unserved[lane]! > 0) return push(network, path, lane, most)
      queue.push(...regionsToGive(network, path, lane))
    }
  }
  return 0
}

/** Regions that the lane uses and no lane has given yet: it now gives them. */
function regionsToGive({ flows, R }: Network, { givenBy }: Path, lane: number): number[] {
  const given: number[] = []
  for (let r = 0; r < R; r++) {
    if (givenBy[r] !== NOT_SEEN || flows[lane * R + r]! <= 0) continue
    givenBy[r] = lane
    given.push(r)
  }
  return given
}

interface Network {
  readonly R: number
  readonly reaches: Uint8Array
  readonly flows: Float64Array
  readonly unserved: Float64Array
}

const NOT_SEEN = -2
const END = -1

/** Backwards from the region that takes more. */
interface Path {
  /** The region the lane would newly use. */
  readonly entryRegion: Int32Array
  /** The lane that would leave the region; `END` at the path's end. */
  readonly givenBy: Int32Array
}

function push(
  { R, flows, unserved }: Network,
  { entryRegion, givenBy }: Path,
  start: number,
  most: number,
): number {
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
