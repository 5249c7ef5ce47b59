import type { GridRecord } from './record.ts'
import { normal } from './truth.ts'

/** Traffic of one week is never that of the next: slow wander and flicker, as shares of the rate. */
const WANDER_SD = 0.05
const WANDER_SECONDS = 3600
const FLICKER_SD = 0.02

/**
 * Makes a replayed week differ from the week before it, so that no policy can know the future by
 * looking up the past: log-normal noise, first-order autoregressive over an hour, plus white.
 *
 * @param stream tells apart models and origins
 * @returns tokens/s, as many as `rates`
 */
export function withWeeklyNoise(
  rates: Float64Array,
  windowSeconds: GridRecord['windowSeconds'],
  seed: number,
  stream: number,
): Float64Array {
  const keep = Math.exp(-windowSeconds / WANDER_SECONDS)
  let wander = WANDER_SD * normal(seed, stream, -1)
  return rates.map((rate, i) => {
    const fresh = Math.sqrt(1 - keep * keep) * WANDER_SD * normal(seed, stream, 2 * i)
    wander = keep * wander + fresh
    return rate * Math.exp(wander + FLICKER_SD * normal(seed, stream, 2 * i + 1))
  })
}
