import { fixedCost, startCost, tokenCost } from './bin-costs.ts'
import { addReplicas, type Draft, fits } from './draft.ts'
import { fillLoads } from './fill-loads.ts'
import { candidatesOf, missingCapacity, type Search } from './search.ts'

/** How a round of insertions weighs its choices; noise makes repeated rounds differ. */
export interface Taste {
  readonly priceWeight: number
  /** Scores are multiplied by 1 .. 1 + noise. */
  readonly noise: number
}

/** Called before a count changes, so that the caller can undo it. */
export type OnChange = (t: number, b: number) => void

/**
 * Adds replicas of model `m` until windows [from, to] serve their load, keep the floor and the
 * spare, or nothing fits. Each addition is the bin with the least cost per newly served token over
 * all windows that need it, starts counted with both neighbours.
 */
export function insertReplicas(
  search: Search,
  m: number,
  from: number,
  to: number,
  taste: Taste,
  onChange: OnChange,
): void {
  const { regionCount: R } = search.draft.instance
  const needs = new Float64Array((to - from + 1) * R)
  for (;;) {
    if (!measureNeeds(search, m, from, to, needs)) break
    const some = candidatesOf(search, m, (from + to) >> 1)
    let bin = cheapestBin(search, m, from, to, needs, taste, some)
    if (bin < 0) bin = cheapestBin(search, m, from, to, needs, taste, allBins(search, m))
    if (bin < 0) break
    const region = search.draft.instance.models[m]!.region[bin]!
    for (let t = from; t <= to; t++) {
      if (needs[(t - from) * R + region]! <= 0) continue
      addWithGroup(search.draft, m, t, bin, onChange)
      t = search.draft.groupLast[t]!
    }
  }
}

const allBins = (search: Search, m: number): Iterable<number> =>
  search.draft.replicas[m]!.subarray(0, search.draft.instance.models[m]!.binCount).keys()

/** Adds one replica to `t` and the quiet windows tied to it; all of them or none. */
export function addWithGroup(
  draft: Draft,
  m: number,
  t: number,
  b: number,
  onChange: OnChange,
): boolean {
  const first = draft.groupFirst[t]!
  const last = draft.groupLast[t]!
  for (let w = first; w <= last; w++) if (!fits(draft, m, w, b)) return false
  for (let w = first; w <= last; w++) {
    onChange(w, b)
    addReplicas(draft, m, w, b, 1)
  }
  return true
}

/** What a replica in each region could newly serve (tokens/s), by window; false when nothing. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one pass over nested indices, clearer in one place.
function measureNeeds(
  search: Search,
  m: number,
  from: number,
  to: number,
  needs: Float64Array,
): boolean {
  const { draft, filling } = search
  const { regionCount: R } = draft.instance
  const lanes = draft.lanes[m]!
  needs.fill(0)
  let any = false
  for (let t = from; t <= to; t++) {
    fillLoads(draft, m, t, filling)
    const base = (t - from) * R
    if (filling.unservedTotal > 0) {
      any = true
      for (let lane = 0; lane < lanes.count; lane++) {
        const unserved = filling.unserved[lane]!
        if (unserved === 0) continue
        for (let r = 0; r < R; r++) {
          if (lanes.reaches[lane * R + r] === 1) needs[base + r]! += unserved
        }
      }
    } else {
      const missing = missingCapacity(draft, m, t)
      if (missing > 0) {
        any = true
        for (let r = 0; r < R; r++) needs[base + r] = missing
      }
    }
  }
  return any
}

function cheapestBin(
  search: Search,
  m: number,
  from: number,
  to: number,
  needs: Float64Array,
  taste: Taste,
  bins: Iterable<number>,
): number {
  let best = -1
  let bestScore = Number.POSITIVE_INFINITY
  for (const b of bins) {
    const score = scoreOf(search, m, from, to, b, needs, taste.priceWeight)
    const noisy = score * (1 + taste.noise * search.random())
    if (noisy < bestScore) {
      bestScore = noisy
      best = b
    }
  }
  return best
}

/** Cost per newly served token/s of one replica of bin `b` wherever it is needed and fits. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one pass over nested indices, clearer in one place.
function scoreOf(
  search: Search,
  m: number,
  from: number,
  to: number,
  b: number,
  needs: Float64Array,
  priceWeight: number,
): number {
  const { draft, prices } = search
  const { instance } = draft
  const model = instance.models[m]!
  const R = instance.regionCount
  const P = instance.pools.length
  const counts = draft.replicas[m]!
  const B = model.binCount
  const region = model.region[b]!
  const capacity = model.capacity[b]!
  let cost = 0
  let served = 0
  let running = false
  for (let t = from; t <= to; t++) {
    const need = needs[(t - from) * R + region]!
    const now = counts[t * B + b]!
    const adds = need > 0 && fits(draft, m, t, b)
    if (adds) {
      const gain = Math.min(capacity, need)
      served += gain
      cost += fixedCost(instance, model, t, b) + gain * tokenCost(instance, model, t, b)
      cost += priceWeight * prices[t * P + model.pool[b]!]! * model.gpus[b]!
    }
    if (adds !== running) {
      const before = t > 0 ? counts[(t - 1) * B + b]! : model.running[b]!
      // A start more where it begins; a start less where what follows was to start anyway.
      if (adds && now >= before) cost += startCost(instance, model, t, b)
      if (!adds && now > before) cost -= startCost(instance, model, t, b)
    }
    running = adds
  }
  const next = to + 1
  if (running && next < instance.windowCount && counts[next * B + b]! > counts[to * B + b]!) {
    cost -= startCost(instance, model, next, b)
  }
  return served > 0 ? Math.max(cost, 1e-12) / served : Number.POSITIVE_INFINITY
}
