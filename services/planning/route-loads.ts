import type { Draft } from './draft.ts'
import { newRouter, pushAll, startRouting } from './router.ts'

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
  const router = newRouter(lanes.count, R)
  const { flows, unserved } = router
  startRouting(router, draft.rates[m]!, t * lanes.count, lanes.count, R)
  const total = unserved.reduce((a, b) => a + b, 0)
  const tolerance = 1e-9 * total
  const loads = new Float64Array(B)
  for (let rank = 0; rank < B; rank++) {
    const b = draft.order[m]![t * B + rank]!
    const room = draft.replicas[m]![t * B + b]! * model.capacity[b]!
    const { reaches, count } = lanes
    loads[b] = pushAll(router, reaches, count, R, model.region[b]!, room, tolerance)
  }
  const missing = unserved.reduce((a, b) => a + b, 0)
  return { flows, loads, unserved: missing > tolerance * 10 ? missing : 0 }
}
