import { fixedCost, startCost, tokenCost } from './bin-costs.ts'
import { type Draft, fixedCostOf } from './draft.ts'
import { type Filling, fillLoads, newFilling } from './fill-loads.ts'
import { random } from './random.ts'

/** Misses cost this many times the dearest way to serve: never worth it, always comparable. */
const PENALTY_FACTOR = 20

/** What every improving step needs at hand. */
export interface Search {
  readonly draft: Draft
  readonly filling: Filling
  readonly random: () => number
  /** Objective of one missing token/s, by model. */
  readonly penalty: Float64Array
  /** Price of a GPU for a window, [window * poolCount + pool]: what others would give for it. */
  readonly prices: Float64Array
  /** By model and window, the bins worth looking at first; built when first asked for. */
  readonly candidates: readonly (Int32Array | undefined)[][]
}

export function newSearch(draft: Draft, prices: Float64Array, seed: number): Search {
  const { instance } = draft
  const penalty = Float64Array.from(instance.models, (model) => {
    let dearest = 1e-9
    for (let t = 0; t < instance.windowCount; t++) {
      for (let b = 0; b < model.binCount; b++) {
        const replica = fixedCost(instance, model, t, b) + startCost(instance, model, t, b)
        dearest = Math.max(dearest, replica / model.capacity[b]! + tokenCost(instance, model, t, b))
      }
    }
    return PENALTY_FACTOR * dearest
  })
  return {
    draft,
    filling: newFilling(draft),
    random: random(seed),
    penalty,
    prices,
    candidates: instance.models.map(() => []),
  }
}

/** Objective of model `m` in window `t` without starts; every broken promise is fined. */
export function windowValue(search: Search, m: number, t: number): number {
  const { draft, filling } = search
  fillLoads(draft, m, t, filling)
  const missing = filling.unservedTotal + missingCapacity(draft, m, t)
  return fixedCostOf(draft, m, t) + filling.cost + search.penalty[m]! * missing
}

/** Whether all traffic is served and every floor and spare kept, in every window. */
export function isWhole({ draft, filling }: Search): boolean {
  const { models, windowCount } = draft.instance
  for (let t = 0; t < windowCount; t++) {
    for (const m of models.keys()) {
      fillLoads(draft, m, t, filling)
      if (filling.unservedTotal > 0 || missingCapacity(draft, m, t) > 0) return false
    }
  }
  return true
}

/** tokens/s by which the replica floor and the spare are missed (the floor in mean replicas). */
export function missingCapacity(draft: Draft, m: number, t: number): number {
  const model = draft.instance.models[m]!
  if (model.minReplicas === 0 && model.spareReplicas === 0) return 0
  const counts = draft.replicas[m]!
  const B = model.binCount
  let replicas = 0
  let capacity = 0
  let largest = 0
  for (let b = 0; b < B; b++) {
    const count = counts[t * B + b]!
    if (count === 0) continue
    replicas += count
    capacity += count * model.capacity[b]!
    largest = Math.max(largest, model.capacity[b]!)
  }
  const below = Math.max(0, model.minReplicas - replicas)
  const floor = below > 0 ? below * Math.max(largest, model.capacity[0] ?? 1) : 0
  if (model.spareReplicas === 0) return floor
  let demand = 0
  for (const { rate } of model.sources) demand += rate[t]!
  const needed = demand + model.spareReplicas * largest
  return floor + (capacity < needed * (1 - 1e-9) ? needed - capacity : 0)
}

/** Bins that are worth a look in an ordinary insertion. */
const CANDIDATES = 24

/** The bins of model `m` with the cheapest full replicas in window `t`, at the prices. */
export function candidatesOf(search: Search, m: number, t: number): Int32Array {
  const known = search.candidates[m]![t]
  if (known) return known
  const { instance } = search.draft
  const model = instance.models[m]!
  const P = instance.pools.length
  const cost = Float64Array.from({ length: model.binCount }, (_, b) => {
    const gpus = search.prices[t * P + model.pool[b]!]! * model.gpus[b]!
    const replica = fixedCost(instance, model, t, b) + gpus
    return replica / model.capacity[b]! + tokenCost(instance, model, t, b)
  })
  const best = Int32Array.from(cost.keys())
    .sort((a, b) => cost[a]! - cost[b]!)
    .slice(0, CANDIDATES)
  search.candidates[m]![t] = best
  return best
}
