import type { Block } from './block.ts'
import type { Draft } from './draft.ts'
import { ruinAndRecreate } from './ruin-and-recreate.ts'
import { newSearch } from './search.ts'

/** Attempts per model and window. */
const EFFORT = 4

/**
 * Improves one region alone. Traffic that is dearer here than the price at which other regions would
 * take it is left to them: a miss is fined at that price and not more.
 */
export function searchBlock(block: Block, draft: Draft): void {
  const { instance } = draft
  const P = instance.pools.length
  const prices = new Float64Array(instance.windowCount * P)
  for (const [p, series] of block.gpuPrices.entries()) {
    for (const [t, price] of series.entries()) prices[t * P + p] = price
  }
  const search = newSearch(draft, prices, block.problem.seed)
  for (const [m, series] of block.tokenPrices.entries()) {
    search.penalty[m] = series.reduce((sum, price) => sum + price, 0) / series.length
  }
  const attempts = EFFORT * instance.windowCount * instance.models.length
  for (let i = 0; i < attempts; i++) ruinAndRecreate(search, i % instance.windowCount)
}
