import { fixedCost, tokenCost } from './bin-costs.ts'
import type { Draft } from './draft.ts'

/** Bins looked at for each of the price levels, and for each lane. */
const PER_LEVEL = 14
const PER_LANE = 3
/** GPUs may be worth more than their price where only whole replicas fit, or nothing at all. */
const LEVELS = [0, 1, 2.5]

/** One model in one window as flat numbers: the bins worth looking at, and the traffic to carry. */
export interface Cell {
  readonly model: number
  readonly window: number
  readonly regionCount: number
  /** Bins of the model, cheapest energy a token first; the arrays below go along with them. */
  readonly bins: Int32Array
  readonly region: Int32Array
  readonly pool: Int32Array
  readonly gpus: Float64Array
  readonly capacity: Float64Array
  /** Objective of one replica without load, and of one token/s. */
  readonly fixed: Float64Array
  readonly perToken: Float64Array
  /** By lane: tokens/s; 1 where it may use a region, [lane * regionCount + region]. */
  readonly loads: Float64Array
  readonly reaches: Uint8Array
  readonly minReplicas: number
  readonly spareReplicas: number
  /** tokens/s that the spare is for. */
  readonly interactive: number
}

/**
 * @param prices objective of a GPU for a window, [window * poolCount + pool]
 * @param wanted bins that stay in any case, such as those of the fractional optimum
 */
export function cellOf(
  draft: Draft,
  m: number,
  t: number,
  prices: Float64Array,
  wanted: (b: number) => boolean,
): Cell {
  const { instance } = draft
  const model = instance.models[m]!
  const { count, reaches } = draft.lanes[m]!
  const P = instance.pools.length
  const at = (b: number) => prices[t * P + model.pool[b]!]! * model.gpus[b]!
  const bare = model.capacity.map(
    (capacity, b) => fixedCost(instance, model, t, b) / capacity + tokenCost(instance, model, t, b),
  )
  const kept = worthwhile(
    instance.regionCount,
    model.region,
    reaches,
    (b, level) => bare[b]! + (level * at(b)) / model.capacity[b]!,
  )
  for (let b = 0; b < model.binCount; b++) if (wanted(b)) kept.add(b)
  const token = (b: number) => tokenCost(instance, model, t, b)
  // Sorting is stable: bins of equal cost stay in their order, whatever order they were kept in.
  const bins = Int32Array.from(kept)
    .sort()
    .sort((a, b) => token(a) - token(b))
  const pick = (of: ArrayLike<number>) => Float64Array.from(bins, (b) => of[b]!)
  return {
    model: m,
    window: t,
    regionCount: instance.regionCount,
    bins,
    region: Int32Array.from(bins, (b) => model.region[b]!),
    pool: Int32Array.from(bins, (b) => model.pool[b]!),
    gpus: pick(model.gpus),
    capacity: pick(model.capacity),
    fixed: Float64Array.from(bins, (b) => fixedCost(instance, model, t, b)),
    perToken: Float64Array.from(bins, token),
    loads: draft.rates[m]!.slice(t * count, (t + 1) * count),
    reaches,
    minReplicas: model.minReplicas,
    spareReplicas: model.spareReplicas,
    interactive: model.sources.reduce((sum, { rate }) => sum + rate[t]!, 0),
  }
}

/** The bins with the cheapest full replicas: at each level of prices, and in the reach of each lane. */
function worthwhile(
  R: number,
  region: Int32Array,
  reaches: Uint8Array,
  costAt: (b: number, level: number) => number,
): Set<number> {
  const ranked = (level: number): Int32Array => {
    const cost = Float64Array.from(region, (_, b) => costAt(b, level))
    return Int32Array.from(cost.keys()).sort((a, b) => cost[a]! - cost[b]!)
  }
  const kept = new Set(LEVELS.flatMap((level) => [...ranked(level).subarray(0, PER_LEVEL)]))
  const priced = ranked(1)
  for (let lane = 0; lane < reaches.length; lane += R) {
    const near = priced.filter((b) => reaches[lane + region[b]!] === 1)
    for (const b of near.subarray(0, PER_LANE)) kept.add(b)
  }
  return kept
}
