import { fixedCost, startCost, tokenCost } from './bin-costs.ts'
import { regionSets } from './captives.ts'
import type { Cover } from './cover.ts'
import type { Instance } from './instance.ts'
import { type Lanes, lanesOf } from './lanes.ts'
import type { ModelInstance } from './model-instance.ts'
import type { PricedFractions } from './prices.ts'
import { replicaBound } from './replica-bound.ts'

/**
 * A lower bound on the objective (without `Instance.constant`) of every plan, for ANY prices of
 * pools and starts: these rows are relaxed at their prices, and deferrable work at the price at which
 * no window would gain from more of it. What is left falls apart by model and window into carrying
 * the lanes' traffic with whole replicas, bounded by `replicaBound`.
 *
 * With no cost of rounding it is the linear relaxation's value; whole replicas lift it above.
 * Geoffrion, "Lagrangean relaxation for integer programming", Math. Prog. Study 2 (1974).
 */
export function lagrangianBound(instance: Instance, prices: PricedFractions): number {
  const { pools } = instance
  let bound = 0
  for (const [i, price] of prices.gpuPrices.entries())
    bound -= price * pools[i % pools.length]!.count
  for (const m of instance.models.keys()) bound += modelBound(instance, prices, m)
  return bound
}

/** The share of one model over the horizon: its replicas at their prices, its work at its own. */
function modelBound(instance: Instance, prices: PricedFractions, m: number): number {
  const model = instance.models[m]!
  const starts = prices.startPrices?.[m]
  const reduced = Array.from({ length: instance.windowCount }, (_, t) =>
    reducedCosts(instance, prices, m, t),
  )
  const work = priceBatch(instance, m, reduced)
  const lanes = lanesOf(instance, m)
  const sets = regionSets(instance.regionCount, lanes.reaches)
  let bound = 0
  for (let b = 0; b < model.binCount; b++) {
    bound -= clampedStart(instance, m, 0, b, starts) * model.running[b]!
  }
  for (const [j, price] of work) bound += price * instance.batch[j]!.tokens
  for (const [t, { fixed, perToken, surplus }] of reduced.entries()) {
    const cover: Cover = {
      regionCount: instance.regionCount,
      bins: Int32Array.from(model.region.keys()),
      region: model.region,
      capacity: model.capacity,
      fixed,
      perToken,
      loads: laneLoads(model, lanes, t),
      reaches: lanes.reaches,
      offers: offersOf(instance, work, t),
      minReplicas: model.minReplicas,
    }
    bound += surplus + replicaBound(cover, sets)
  }
  return bound
}

function laneLoads({ sources }: ModelInstance, { count, ofSource }: Lanes, t: number) {
  const loads = new Float64Array(count)
  for (const [s, { rate }] of sources.entries()) loads[ofSource[s]!]! += rate[t]!
  return loads
}

/** By region, the most that work would pay for a token/s through window `t`. */
function offersOf(instance: Instance, work: ReadonlyMap<number, number>, t: number): Float64Array {
  const offers = new Float64Array(instance.regionCount).fill(Number.NEGATIVE_INFINITY)
  for (const [j, price] of work) {
    const { first, deadline, regions } = instance.batch[j]!
    if (t < first || t >= deadline) continue
    const offer = price * instance.windowSeconds[t]!
    for (const r of regions) offers[r] = Math.max(offers[r]!, offer)
  }
  return offers
}

/** One model and window under the prices. */
interface Reduced {
  /** By bin: one replica without load, never negative. */
  readonly fixed: Float64Array
  /** By bin: one token/s. */
  readonly perToken: Float64Array
  /** What clamping `fixed` at zero leaves out. */
  readonly surplus: number
  /** By region: one token/s on its cheapest full replica. */
  readonly token: Float64Array
}

function reducedCosts(instance: Instance, prices: PricedFractions, m: number, t: number): Reduced {
  const model = instance.models[m]!
  const { pools } = instance
  const starts = prices.startPrices?.[m]
  const gross = Float64Array.from(
    model.pool,
    (pool, b) =>
      fixedCost(instance, model, t, b) +
      prices.gpuPrices[t * pools.length + pool]! * model.gpus[b]! +
      clampedStart(instance, m, t, b, starts) -
      clampedStart(instance, m, t + 1, b, starts),
  )
  const fixed = gross.map((cost) => Math.max(0, cost))
  const perToken = gross.map((_, b) => tokenCost(instance, model, t, b))
  const token = new Float64Array(instance.regionCount).fill(Number.POSITIVE_INFINITY)
  let surplus = 0
  for (let b = 0; b < model.binCount; b++) {
    const most = Math.floor(pools[model.pool[b]!]!.count / model.gpus[b]!)
    surplus += Math.min(0, gross[b]!) * most
    const full = fixed[b]! / model.capacity[b]! + perToken[b]!
    token[model.region[b]!] = Math.min(token[model.region[b]!]!, full)
  }
  return { fixed, perToken, surplus, token }
}

const cheapest = (token: Float64Array, regions: Int32Array): number =>
  regions.reduce((least, r) => Math.min(least, token[r]!), Number.POSITIVE_INFINITY)

/** Objective of one token of each work of the model: as high as no window would gain from it. */
function priceBatch(
  instance: Instance,
  m: number,
  reduced: readonly Reduced[],
): Map<number, number> {
  const prices = new Map<number, number>()
  for (const [j, work] of instance.batch.entries()) {
    if (work.model !== m) continue
    let least = Number.POSITIVE_INFINITY
    for (let t = work.first; t < work.deadline; t++) {
      least = Math.min(
        least,
        cheapest(reduced[t]!.token, work.regions) / instance.windowSeconds[t]!,
      )
    }
    prices.set(j, Number.isFinite(least) ? least : 0)
  }
  return prices
}

/** Any price in [0, start cost] is valid; outside, the relaxation would be unbounded. */
function clampedStart(
  instance: Instance,
  m: number,
  t: number,
  b: number,
  starts: Float64Array | undefined,
): number {
  if (!starts || t >= instance.windowCount) return 0
  const model = instance.models[m]!
  const most = startCost(instance, model, t, b)
  return Math.min(most, Math.max(0, starts[t * model.binCount + b]!))
}
