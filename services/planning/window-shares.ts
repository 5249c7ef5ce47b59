import { fixedCost, tokenCost } from './bin-costs.ts'
import { type Cover, filledByWork } from './cover.ts'
import type { Instance } from './instance.ts'
import { type Lanes, lanesOf } from './lanes.ts'
import type { ModelInstance } from './model-instance.ts'
import { fractionalBound, replicaBound } from './replica-bound.ts'

/** Prices of what ties models and windows together. Any that are not negative prove a bound. */
export interface CouplingPrices {
  /** Objective of a GPU for a window, [window * poolCount + pool]. */
  readonly gpuPrices: Float64Array
  /** By batch work: objective of one token. */
  readonly workPrices: Float64Array
  /**
   * By model: objective of one start, [window * binCount + bin], one window more than there are;
   * no more than a start costs.
   */
  readonly startPrices: readonly Float64Array[]
}

/**
 * What each window of an instance adds to a lower bound on the objective of every plan: pools and
 * starts are relaxed at their prices, batch work at its own (`baseOf` has what these add beside the
 * windows). What is left falls apart by model and window into carrying the lanes' traffic with whole
 * replicas, bounded by `replicaBound`; with no cost of rounding the sum is the linear relaxation's.
 *
 * @param isLate whether to be content with fractions of replicas from here on: a weaker bound, sooner
 *
 * Geoffrion, "Lagrangean relaxation for integer programming", Math. Prog. Study 2 (1974).
 */
export function windowShares(
  instance: Instance,
  prices: CouplingPrices,
  isLate: () => boolean = () => false,
): Float64Array {
  const { pools } = instance
  const shares = new Float64Array(instance.windowCount)
  for (const [i, price] of prices.gpuPrices.entries())
    shares[Math.floor(i / pools.length)]! -= price * pools[i % pools.length]!.count
  for (const m of instance.models.keys()) addModel(instance, prices, m, isLate, shares)
  return shares
}

function addModel(
  instance: Instance,
  prices: CouplingPrices,
  m: number,
  isLate: () => boolean,
  shares: Float64Array,
): void {
  const model = instance.models[m]!
  const lanes = lanesOf(instance, m)
  const bins = Int32Array.from(model.region.keys())
  const { pools } = instance
  for (let t = 0; t < instance.windowCount; t++) {
    const gross = grossCosts(instance, prices, m, t)
    const { fixed, perToken } = filledByWork(
      { ...model, ...gross },
      offersOf(instance, prices.workPrices, m, t),
    )
    for (let b = 0; b < model.binCount; b++) {
      if (fixed[b]! >= 0) continue
      // It earns more than it costs: as many as the pool holds.
      shares[t]! += fixed[b]! * Math.floor(pools[model.pool[b]!]!.count / model.gpus[b]!)
      fixed[b] = 0
    }
    const cover: Cover = {
      regionCount: instance.regionCount,
      bins,
      region: model.region,
      capacity: model.capacity,
      fixed,
      perToken,
      loads: laneLoads(model, lanes, t),
      reaches: lanes.reaches,
      minReplicas: model.minReplicas,
    }
    shares[t]! += isLate() ? fractionalBound(cover) : replicaBound(cover)
  }
}

function laneLoads({ sources }: ModelInstance, { count, ofSource }: Lanes, t: number) {
  const loads = new Float64Array(count)
  for (const [s, { rate }] of sources.entries()) loads[ofSource[s]!]! += rate[t]!
  return loads
}

/** By region, the most that work of the model pays for a token/s through window `t`. */
function offersOf(
  { batch, regionCount, windowSeconds }: Instance,
  workPrices: Float64Array,
  m: number,
  t: number,
): Float64Array {
  const offers = new Float64Array(regionCount).fill(Number.NEGATIVE_INFINITY)
  for (const [j, { model, first, deadline, regions }] of batch.entries()) {
    if (model !== m || t < first || t >= deadline) continue
    const offer = workPrices[j]! * windowSeconds[t]!
    for (const r of regions) offers[r] = Math.max(offers[r]!, offer)
  }
  return offers
}

/** By bin: one replica without load, its GPUs and starts at their prices; and one token/s. */
export function grossCosts(
  instance: Instance,
  { gpuPrices, startPrices }: Omit<CouplingPrices, 'workPrices'>,
  m: number,
  t: number,
): Pick<Cover, 'fixed' | 'perToken'> {
  const model = instance.models[m]!
  const P = instance.pools.length
  const B = model.binCount
  const starts = startPrices[m]!
  const fixed = new Float64Array(B)
  const perToken = new Float64Array(B)
  for (let b = 0; b < B; b++) {
    const start = starts[t * B + b]! - starts[(t + 1) * B + b]!
    const gpus = gpuPrices[t * P + model.pool[b]!]! * model.gpus[b]!
    fixed[b] = fixedCost(instance, model, t, b) + gpus + start
    perToken[b] = tokenCost(instance, model, t, b)
  }
  return { fixed, perToken }
}
