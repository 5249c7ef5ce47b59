import { startCost } from './bin-costs.ts'
import type { Instance } from './instance.ts'
import type { PricedFractions } from './prices.ts'
import { type CouplingPrices, grossCosts } from './window-shares.ts'

/** Prices as a bound takes them, and what they add to it beside the windows' shares. */
export interface Coupling extends CouplingPrices {
  readonly base: number
}

/**
 * Start prices no higher than starts cost, since the relaxation would be unbounded, and work prices
 * no higher than where a window would gain from ever more work.
 */
export function couplingPrices(instance: Instance, prices: PricedFractions): Coupling {
  const gpuPrices = prices.freeGpuPrices
  const startPrices = prices.startPrices.map((own, m) => clampedStarts(instance, m, own))
  const tokens = cheapestTokens(instance, { gpuPrices, startPrices })
  const workPrices = prices.workPrices.map((price, j) => Math.min(price, tokens[j]!))
  return { gpuPrices, workPrices, startPrices, base: baseOf(instance, { workPrices, startPrices }) }
}

/** What prices of work and starts add to a bound, beside the windows' shares. */
export function baseOf(
  instance: Instance,
  { workPrices, startPrices }: Omit<CouplingPrices, 'gpuPrices'>,
): number {
  let base = instance.constant
  for (const [j, { tokens }] of instance.batch.entries()) base += workPrices[j]! * tokens
  for (const [m, { running }] of instance.models.entries()) {
    for (const [b, count] of running.entries()) base -= startPrices[m]![b]! * count
  }
  return base
}

/** No more than starts cost, [window * binCount + bin], with one window more in which nothing starts. */
export function clampedStarts(instance: Instance, m: number, prices: Float64Array): Float64Array {
  const model = instance.models[m]!
  const B = model.binCount
  const clamped = new Float64Array(prices.length + B)
  for (const [i, price] of prices.entries()) {
    const most = startCost(instance, model, Math.floor(i / B), i % B)
    clamped[i] = Math.min(most, Math.max(0, price))
  }
  return clamped
}

/** By batch work: objective of a token on the cheapest full replica of its windows and regions. */
function cheapestTokens(
  instance: Instance,
  prices: Omit<CouplingPrices, 'workPrices'>,
): Float64Array {
  const tokens = instance.models.map((_, m) =>
    Array.from({ length: instance.windowCount }, (__, t) => tokensIn(instance, prices, m, t)),
  )
  return Float64Array.from(instance.batch, ({ model, first, deadline, regions }) => {
    let cheapest = Number.POSITIVE_INFINITY
    for (let t = first; t < deadline; t++) {
      for (const r of regions) cheapest = Math.min(cheapest, tokens[model]![t]![r]!)
    }
    return Number.isFinite(cheapest) ? cheapest : 0
  })
}

/** By region: objective of a token of one model on its cheapest full replica in window `t`. */
function tokensIn(
  instance: Instance,
  prices: Omit<CouplingPrices, 'workPrices'>,
  m: number,
  t: number,
): Float64Array {
  const model = instance.models[m]!
  const { fixed, perToken } = grossCosts(instance, prices, m, t)
  const tokens = new Float64Array(instance.regionCount).fill(Number.POSITIVE_INFINITY)
  for (let b = 0; b < model.binCount; b++) {
    const full = Math.max(0, fixed[b]!) / model.capacity[b]! + perToken[b]!
    const r = model.region[b]!
    tokens[r] = Math.min(tokens[r]!, full / instance.windowSeconds[t]!)
  }
  return tokens
}
