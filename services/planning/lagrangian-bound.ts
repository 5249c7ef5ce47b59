import { fixedCost, startCost, tokenCost } from './bin-costs.ts'
import { coverCost } from './cover-cost.ts'
import type { Instance } from './instance.ts'
import type { PricedFractions } from './prices.ts'

/**
 * A lower bound on the objective (without `Instance.constant`) of every plan, for ANY prices of
 * pools, starts and floors: these rows are relaxed at their prices, and so is the balance of each
 * region, at the price of its cheapest full replica. What is left falls apart by model and window
 * into covering a load with whole replicas, solved by `coverCost`.
 *
 * With no cost of rounding it is the linear relaxation's value; whole replicas lift it above.
 * Geoffrion, "Lagrangean relaxation for integer programming", Math. Prog. Study 2 (1974).
 */
export function lagrangianBound(instance: Instance, prices: PricedFractions): number {
  const { windowCount: T, pools } = instance
  let bound = 0
  for (const [i, price] of prices.gpuPrices.entries())
    bound -= price * pools[i % pools.length]!.count
  for (const [m, model] of instance.models.entries()) {
    const starts = prices.startPrices?.[m]
    for (let b = 0; b < model.binCount; b++) {
      bound -= clampedStart(instance, m, 0, b, starts) * model.running[b]!
    }
    const reduced = Array.from({ length: T }, (_, t) => reducedCosts(instance, prices, m, t))
    const batchPrices = priceBatch(instance, m, reduced)
    for (const [j, price] of batchPrices) bound += price * instance.batch[j]!.tokens
    for (let t = 0; t < T; t++) bound += windowBound(instance, m, t, reduced[t]!, batchPrices)
  }
  return bound
}

/** One model and window under the prices. */
interface Reduced {
  /** By bin: one replica without load, never negative. */
  readonly fixed: Float64Array
  /** Price of one replica of the floor: never more than the cheapest replica. */
  readonly floor: number
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
  const cheapestReplica = gross.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const floor = Math.max(0, Math.min(prices.floorPrices?.[m]?.[t] ?? 0, cheapestReplica))
  const fixed = gross.map((cost) => Math.max(0, cost - floor))
  const token = new Float64Array(instance.regionCount).fill(Number.POSITIVE_INFINITY)
  let surplus = 0
  for (let b = 0; b < model.binCount; b++) {
    const most = Math.floor(pools[model.pool[b]!]!.count / model.gpus[b]!)
    surplus += Math.min(0, gross[b]! - floor) * most
    const full = fixed[b]! / model.capacity[b]! + tokenCost(instance, model, t, b)
    token[model.region[b]!] = Math.min(token[model.region[b]!]!, full)
  }
  return { fixed, floor, surplus, token: levelRegions(instance, m, t, token) }
}

/**
 * Lowers the price of every region to the dearest traffic that may use it: what traffic pays stays
 * the same, and replicas where nobody would go stop looking as good as those where all go.
 */
function levelRegions(instance: Instance, m: number, t: number, token: Float64Array): Float64Array {
  const level = new Float64Array(token.length).fill(Number.NEGATIVE_INFINITY)
  const raise = (regions: Int32Array) => {
    const price = cheapest(token, regions)
    for (const r of regions) level[r] = Math.max(level[r]!, price)
  }
  for (const { rate, regions } of instance.models[m]!.sources) if (rate[t]! > 0) raise(regions)
  for (const { model, first, deadline, regions } of instance.batch) {
    if (model === m && t >= first && t < deadline) raise(regions)
  }
  return token.map((price, r) => Math.min(price, level[r]!))
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

/** The share of one model and window: routed traffic at region prices, replicas to cover it. */
function windowBound(
  instance: Instance,
  m: number,
  t: number,
  { fixed, floor, surplus, token }: Reduced,
  batchPrices: ReadonlyMap<number, number>,
): number {
  const model = instance.models[m]!
  let bound = surplus + floor * model.minReplicas
  let load = 0
  for (const { rate, regions } of model.sources) {
    if (rate[t]! > 0) bound += rate[t]! * cheapest(token, regions)
    load += rate[t]!
  }
  let extraCost = Number.POSITIVE_INFINITY
  for (const [j, price] of batchPrices) {
    const { first, deadline, regions } = instance.batch[j]!
    if (t < first || t >= deadline) continue
    const extra = cheapest(token, regions) - price * instance.windowSeconds[t]!
    extraCost = Math.min(extraCost, Math.max(0, extra))
  }
  const perToken = Float64Array.from(
    fixed,
    (_, b) => tokenCost(instance, model, t, b) - Math.max(0, token[model.region[b]!]!),
  )
  return bound + coverCost(load, extraCost, { fixed, perToken, capacity: model.capacity })
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
