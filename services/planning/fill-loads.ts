import { tokenCost } from './bin-costs.ts'
import type { Draft } from './draft.ts'

/** Scratch space of one search; what the last `fillLoads` found. */
export interface Filling {
  /** By bin: unused capacity. */
  readonly left: Float64Array
  /** By lane: tokens/s that nobody serves. */
  readonly unserved: Float64Array
  unservedTotal: number
  /** Objective of the load. */
  cost: number
}

export function newFilling(draft: Draft): Filling {
  const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), 1)
  return {
    left: new Float64Array(most(draft.instance.models.map(({ binCount }) => binCount))),
    unserved: new Float64Array(most(draft.lanes.map(({ count }) => count))),
    unservedTotal: 0,
    cost: 0,
  }
}

/**
 * Loads the replicas of model `m` in window `t`, cheapest energy a token first, lanes with the
 * fewest regions first. Optimal for nested lanes (the usual case); `routeExactly` settles the rest.
 */
export function fillLoads(draft: Draft, m: number, t: number, filling: Filling): void {
  const { instance } = draft
  const model = instance.models[m]!
  const lanes = draft.lanes[m]!
  const B = model.binCount
  const { regionCount: R } = instance
  const counts = draft.replicas[m]!
  const rates = draft.rates[m]!
  const order = draft.order[m]!
  const { left } = filling
  filling.cost = 0
  filling.unservedTotal = 0
  for (let b = 0; b < B; b++) left[b] = counts[t * B + b]! * model.capacity[b]!
  for (let lane = 0; lane < lanes.count; lane++) {
    let rest = rates[t * lanes.count + lane]!
    const slack = 1e-9 * rest
    for (let rank = 0; rank < B && rest > slack; rank++) {
      const b = order[t * B + rank]!
      if (left[b]! <= 0 || lanes.reaches[lane * R + model.region[b]!] === 0) continue
      const load = Math.min(rest, left[b]!)
      left[b]! -= load
      rest -= load
      filling.cost += load * tokenCost(instance, model, t, b)
    }
    const unserved = rest > slack ? rest : 0
    filling.unserved[lane] = unserved
    filling.unservedTotal += unserved
  }
}
