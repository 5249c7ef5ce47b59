import { fillLoads } from './fill-loads.ts'
import { addWithGroup } from './insert-replicas.ts'
import type { Search } from './search.ts'

/**
 * Where model `m` leaves traffic unserved in window `t`, replicas of the window before stay, bin after
 * bin, until all is served: no start, and no search. What is still missing is for
 * `insertReplicas`.
 */
export function takeOver(search: Search, m: number, t: number): void {
  const { draft, filling } = search
  const { binCount: B, capacity } = draft.instance.models[m]!
  const counts = draft.replicas[m]!
  fillLoads(draft, m, t, filling)
  for (let b = 0; b < B && filling.unservedTotal > 0; b++) {
    const known = counts[(t - 1) * B + b]! - counts[t * B + b]!
    if (known <= 0) continue
    const wanted = Math.min(known, Math.ceil(unservedNear(search, m, b) / capacity[b]!))
    let left = wanted
    while (left > 0 && addWithGroup(draft, m, t, b, ignore)) left--
    if (left < wanted) fillLoads(draft, m, t, filling)
  }
}

const ignore = (): void => undefined

/** tokens/s that the last filling left and the region of bin `b` may serve. */
function unservedNear({ draft, filling }: Search, m: number, b: number): number {
  const { count, reaches } = draft.lanes[m]!
  const { models, regionCount: R } = draft.instance
  const region = models[m]!.region[b]!
  let unserved = 0
  for (let lane = 0; lane < count; lane++) {
    if (reaches[lane * R + region] === 1) unserved += filling.unserved[lane]!
  }
  return unserved
}
