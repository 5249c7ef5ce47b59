import { tokenCost } from './bin-costs.ts'
import type { Draft } from './draft.ts'
import { newRouter, pushAll, type Router, startRouting } from './router.ts'

/** Scratch space of one search; what the last `fillLoads` found. */
export interface Filling {
  /** By bin: unused capacity. */
  readonly left: Float64Array
  /** Bins with replicas, cheapest energy a token first; only the first few entries count. */
  readonly used: Int32Array
  /** By lane: tokens/s that nobody serves. */
  readonly unserved: Float64Array
  readonly router: Router
  unservedTotal: number
  /** Objective of the load. */
  cost: number
}

export function newFilling(draft: Draft): Filling {
  const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), 1)
  const bins = most(draft.instance.models.map(({ binCount }) => binCount))
  const lanes = most(draft.lanes.map(({ count }) => count))
  return {
    left: new Float64Array(bins),
    used: new Int32Array(bins),
    unserved: new Float64Array(lanes),
    router: newRouter(lanes, draft.instance.regionCount),
    unservedTotal: 0,
    cost: 0,
  }
}

/**
 * Loads the replicas of model `m` in window `t`, cheapest energy a token first, lanes with the
 * fewest regions first: optimal for nested lanes. Where it leaves traffic although there is room,
 * exactly, as `routeLoads`.
 */
export function fillLoads(draft: Draft, m: number, t: number, filling: Filling): void {
  const lanes = draft.lanes[m]!
  const rates = draft.rates[m]!
  const { left, used } = filling
  filling.cost = 0
  filling.unservedTotal = 0
  const usedCount = takeStock(draft, m, t, filling)
  let room = 0
  for (let i = 0; i < usedCount; i++) room += left[used[i]!]!
  let demand = 0
  for (let lane = 0; lane < lanes.count; lane++) {
    const rate = rates[t * lanes.count + lane]!
    const rest = fillLane(draft, m, t, lane, filling, usedCount)
    const unserved = rest > 1e-9 * rate ? rest : 0
    filling.unserved[lane] = unserved
    filling.unservedTotal += unserved
    demand += rate
  }
  if (filling.unservedTotal > 0 && room >= demand) fillExactly(draft, m, t, filling, usedCount)
  if (draft.expected[m]![t]! < demand) priceExpected(draft, m, t, filling, usedCount)
}

/** What is not expected to come loads nothing: it is taken off where a token costs most. */
function priceExpected(
  { instance, replicas, expected }: Draft,
  m: number,
  t: number,
  filling: Filling,
  usedCount: number,
): void {
  const model = instance.models[m]!
  let rest = expected[m]![t]!
  filling.cost = 0
  for (let i = 0; i < usedCount; i++) {
    const b = filling.used[i]!
    const count = replicas[m]![t * model.binCount + b]!
    const load = Math.min(rest, count * model.capacity[b]! - filling.left[b]!)
    rest -= load
    filling.cost += load * tokenCost(instance, model, t, b)
  }
}

/** @returns what the lane leaves */
function fillLane(
  { instance, lanes, rates }: Draft,
  m: number,
  t: number,
  lane: number,
  filling: Filling,
  usedCount: number,
): number {
  const model = instance.models[m]!
  const { count, reaches } = lanes[m]!
  const { left, used } = filling
  let rest = rates[m]![t * count + lane]!
  const slack = 1e-9 * rest
  for (let i = 0; i < usedCount && rest > slack; i++) {
    const b = used[i]!
    if (left[b]! <= 0 || reaches[lane * instance.regionCount + model.region[b]!] === 0) continue
    const load = Math.min(rest, left[b]!)
    left[b]! -= load
    rest -= load
    filling.cost += load * tokenCost(instance, model, t, b)
  }
  return rest
}

/** Bins in order of cost, each as far as any re-routing of what is served already allows. */
function fillExactly(
  draft: Draft,
  m: number,
  t: number,
  filling: Filling,
  usedCount: number,
): void {
  const { instance } = draft
  const model = instance.models[m]!
  const { count, reaches } = draft.lanes[m]!
  const rates = draft.rates[m]!
  const { router, left, used } = filling
  const { regionCount: R } = instance
  startRouting(router, rates, t * count, count, R)
  let total = 0
  for (let lane = 0; lane < count; lane++) total += router.unserved[lane]!
  const tolerance = 1e-9 * total
  takeStock(draft, m, t, filling)
  filling.cost = 0
  for (let i = 0; i < usedCount; i++) {
    const b = used[i]!
    const load = pushAll(router, reaches, count, R, model.region[b]!, left[b]!, tolerance)
    left[b]! -= load
    filling.cost += load * tokenCost(instance, model, t, b)
  }
  filling.unservedTotal = 0
  for (let lane = 0; lane < count; lane++) {
    const rest = router.unserved[lane]!
    filling.unserved[lane] = rest > 1e-9 * rates[t * count + lane]! ? rest : 0
    filling.unservedTotal += filling.unserved[lane]!
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
