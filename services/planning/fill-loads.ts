import { tokenCost } from './bin-costs.ts'
import type { Draft } from './draft.ts'

/** Scratch space of one search; what the last `fillLoads` found. */
export interface Filling {
  /** By bin: unused capacity. */
  readonly left: Float64Array
  /** Bins with replicas, cheapest energy a token first; only the first few entries count. */
  readonly used: Int32Array
  /** By lane: tokens/s that nobody serves. */
  readonly unserved: Float64Array
  unservedTotal: number
  /** Objective of the load. */
  cost: number
}

export function newFilling(draft: Draft): Filling {
  const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), 1)
  const bins = most(draft.instance.models.map(({ binCount }) => binCount))
  return {
    left: new Float64Array(bins),
    used: new Int32Array(bins),
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
  const { regionCount: R } = instance
  const rates = draft.rates[m]!
  const { left, used } = filling
  filling.cost = 0
  filling.unservedTotal = 0
  const usedCount = takeStock(draft, m, t, filling)
  for (let lane = 0; lane < lanes.count; lane++) {
    let rest = rates[t * lanes.count + lane]!
    const slack = 1e-9 * rest
    for (let i = 0; i < usedCount && rest > slack; i++) {
      const b = used[i]!
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

/** Room of every bin, and the bins that have any in order. @returns how many these are */
function takeStock(draft: Draft, m: number, t: number, { left, used }: Filling): number {
  const { binCount: B, capacity } = draft.instance.models[m]!
  const counts = draft.replicas[m]!
  const order = draft.order[m]!
  let usedCount = 0
  for (let i = t * B; i < (t + 1) * B; i++) {
    const b = order[i]!
    const count = counts[t * B + b]!
    left[b] = count * capacity[b]!
    if (count > 0) used[usedCount++] = b
  }
  return usedCount
}
