import type { Instance } from './instance.ts'

/** By batch work: tokens/s, [window]. */
export type BatchTiming = readonly Float64Array[]

/** Width of the soft choice between windows, as a ratio of the cheapest price. */
const SOFTNESS = 0.04

/** Every work at one rate from release to deadline. */
export function evenBatch(instance: Instance): BatchTiming {
  return instance.batch.map((work) => spread(instance, work, () => 1))
}

/**
 * Moves a share of every work towards the windows where a token is cheap: weights fall by e for
 * every `SOFTNESS` of price above the cheapest, so that no window is swamped.
 *
 * @param tokenPrices by model, [window * regionCount + region]
 * @param share 1 forgets the timing so far, less averages with it
 */
export function shiftBatchTowards(
  instance: Instance,
  batch: BatchTiming,
  tokenPrices: readonly Float64Array[],
  share: number,
): BatchTiming {
  return instance.batch.map((work, j) => {
    const price = (t: number) =>
      work.regions.reduce(
        (least, r) => Math.min(least, tokenPrices[work.model]![t * instance.regionCount + r]!),
        Number.POSITIVE_INFINITY,
      ) / instance.hours[t]!
    let cheapest = Number.POSITIVE_INFINITY
    for (let t = work.first; t < work.deadline; t++) cheapest = Math.min(cheapest, price(t))
    const width = SOFTNESS * Math.max(cheapest, 1e-12)
    const next = spread(instance, work, (t) => Math.exp(-(price(t) - cheapest) / width))
    return batch[j]!.map((rate, t) => rate + share * (next[t]! - rate))
  })
}

function spread(
  instance: Instance,
  work: Instance['batch'][number],
  weight: (t: number) => number,
): Float64Array {
  const rates = new Float64Array(instance.windowCount)
  let total = 0
  for (let t = work.first; t < work.deadline; t++) {
    rates[t] = weight(t)
    total += rates[t]! * instance.windowSeconds[t]!
  }
  return rates.map((rate) => (rate * work.tokens) / total)
}
