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
    const isNeeded = (t: number) => needs[(t - from) * R + region]! > 0
    if (!addWhereNeeded(search.draft, m, from, to, bin, isNeeded, onChange)) break
  }
}

/** @returns false where nothing was added: a window had room, but those tied to it have none */
function addWhereNeeded(
  draft: Draft,
  m: number,
  from: number,
  to: number,
  b: number,
  isNeeded: (t: number) => boolean,
  onChange: OnChange,
): boolean {
  let added = false
  for (let t = from; t <= to; t++) {
    if (!isNeeded(t)) continue
    added = addWithGroup(draft, m, t, b, onChange) || added
    t = draft.groupLast[t]!
  }
  return added
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
function measureNeeds(
  search: Search,
  m: number,
  from: number,
  to: number,
  needs: Float64Array,
): boolean {
  const { draft, filling } = search
  const { regionCount: R } = draft.instance
  needs.fill(0)
  let any = false
  for (let t = from; t <= to; t++) {
    fillLoads(draft, m, t, filling)
    const row = needs.subarray((t - from) * R, (t - from + 1) * R)
    const missing = filling.unservedTotal > 0 ? 0 : missingCapacity(draft, m, t)
    if (filling.unservedTotal > 0) addUnserved(search, m, row)
    else if (missing > 0) row.fill(missing)
    any ||= filling.unservedTotal > 0 || missing > 0
  }
  return any
}

/** What the last filling left unserved, in every region that may serve it. */
function addUnserved({ draft, filling }: Search, m: number, needs: Float64Array): void {
  const { count, reaches } = draft.lanes[m]!
  const R = needs.length
  for (let lane = 0; lane < count; lane++) {
    const unserved = filling.unserved[lane]!
    if (unserved === 0) continue
    for (let r = 0; r < R; r++) if (reaches[lane * R + r] === 1) needs[r]! += unserved
  }
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
  let cost = 0
  let served = 0
  let wasAdded = false
  for (let t = from; t <= to; t++) {
    const need = needs[(t - from) * R + model.region[b]!]!
    const adds = need > 0 && fits(draft, m, t, b)
    if (adds) {
      const gain = Math.min(model.capacity[b]!, need)
      served += gain
      cost += fixedCost(instance, model, t, b) + gain * tokenCost(instance, model, t, b)
      cost += priceWeight * prices[t * P + model.pool[b]!]! * model.gpus[b]!
    }
    if (adds !== wasAdded) cost += edgeCost(draft, m, t, b, adds)
    wasAdded = adds
  }
  if (wasAdded && to + 1 < instance.windowCount) cost += edgeCost(draft, m, to + 1, b, false)
  return served > 0 ? Math.max(cost, 1e-12) / served : Number.POSITIVE_INFINITY
}

/**
 * Where a run of added replicas begins, a start more; where it has ended, a start less if one was to
 * come there anyway.
 */
function edgeCost(draft: Draft, m: number, t: number, b: number, begins: boolean): number {
  const { instance } = draft
  const model = instance.models[m]!
  const counts = draft.replicas[m]!
  const now = counts[t * model.binCount + b]!
  const before = t > 0 ? counts[(t - 1) * model.binCount + b]! : model.running[b]!
  if (begins) return now >= before ? startCost(instance, model, t, b) : 0
  return now > before ? -startCost(instance, model, t, b) : 0
}
