/** How traffic of lanes is spread over regions, as far as it is carried, and scratch to change it. */
export interface Router {
  /** tokens/s, [lane * regionCount + region]. */
  readonly flows: Float64Array
  /** By lane: tokens/s that nobody carries yet. */
  readonly unserved: Float64Array
  /** Scratch: the region a lane would newly use, and the lane that would leave a region. */
  readonly entryRegion: Int32Array
  readonly givenBy: Int32Array
  readonly queue: Int32Array
}

export const newRouter = (laneCount: number, regionCount: number): Router => ({
  flows: new Float64Array(laneCount * regionCount),
  unserved: new Float64Array(laneCount),
  entryRegion: new Int32Array(laneCount),
  givenBy: new Int32Array(regionCount),
  queue: new Int32Array(regionCount),
})

/** Forgets all flows: everything is to be carried. */
export function startRouting(
  { flows, unserved }: Router,
  loads: ArrayLike<number>,
  from: number,
  laneCount: number,
  R: number,
): void {
  flows.fill(0, 0, laneCount * R)
  for (let lane = 0; lane < laneCount; lane++) unserved[lane] = loads[from + lane]!
}

const NOT_SEEN = -2
const END = -1

/**
 * Carries up to `most` more in `region`, whatever has to move for it: along the shortest path of
 * lanes, each of which gives its own region to the lane behind it and takes the one before it.
 *
 * @param reaches 1 where a lane may use a region, [lane * R + region]
 * @returns how much; 0 where no traffic can come
 */
export function pushInto(
  router: Router,
  reaches: Uint8Array,
  laneCount: number,
  R: number,
  region: number,
  most: number,
): number {
  const { unserved, entryRegion, givenBy, queue } = router
  entryRegion.fill(NOT_SEEN, 0, laneCount)
  givenBy.fill(NOT_SEEN, 0, R)
  givenBy[region] = END
  queue[0] = region
  let tail = 1
  for (let head = 0; head < tail; head++) {
    const r = queue[head]!
    for (let lane = 0; lane < laneCount; lane++) {
      if (entryRegion[lane] !== NOT_SEEN || reaches[lane * R + r] === 0) continue
      entryRegion[lane] = r
      if (unserved[lane]! > 0) return push(router, R, lane, most)
      tail = queueGiven(router, R, lane, tail)
    }
  }
  return 0
}

/**
 * Carries as much more in `region` as any re-routing allows, up to `most`.
 *
 * @param tolerance tokens/s that are nothing
 * @returns how much
 */
export function pushAll(
  router: Router,
  reaches: Uint8Array,
  laneCount: number,
  R: number,
  region: number,
  most: number,
  tolerance: number,
): number {
  let left = most
  while (left > tolerance) {
    const pushed = pushInto(router, reaches, laneCount, R, region, left)
    if (pushed <= tolerance) break
    left -= pushed
  }
  return most - left
}

/** Regions that the lane uses and no lane has given yet: it now gives them. @returns the queue's end */
function queueGiven({ flows, givenBy, queue }: Router, R: number, lane: number, tail: number) {
  let end = tail
  for (let r = 0; r < R; r++) {
    if (givenBy[r] !== NOT_SEEN || flows[lane * R + r]! <= 0) continue
    givenBy[r] = lane
    queue[end++] = r
  }
  return end
}

function push(
  { flows, unserved, entryRegion, givenBy }: Router,
  R: number,
  start: number,
  most: number,
) {
  let amount = Math.min(most, unserved[start]!)
  for (let lane = start; ; ) {
    const giver = givenBy[entryRegion[lane]!]!
    if (giver < 0) break
    amount = Math.min(amount, flows[giver * R + entryRegion[lane]!]!)
    lane = giver
  }
  unserved[start]! -= amount
  for (let lane = start; lane >= 0; ) {
    const taken = entryRegion[lane]!
    flows[lane * R + taken]! += amount
    const giver = givenBy[taken]!
    if (giver >= 0) flows[giver * R + taken]! -= amount
    lane = giver
  }
  return amount
}
