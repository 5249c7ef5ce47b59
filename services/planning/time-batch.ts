import type { Instance } from './instance.ts'

/** By batch work: tokens/s, [window]. */
export type BatchTiming = readonly Float64Array[]

/**
 * Makes every work exactly whole: what was placed too much is scaled down, what is missing is spread
 * over its windows in proportion to what they have, or evenly where none has any.
 *
 * @param placed tokens/s by batch work and window
 */
export function wholeWork(instance: Instance, placed: BatchTiming): BatchTiming {
  return placed.map((rates, j) => {
    const { tokens, first, deadline } = instance.batch[j]!
    let done = 0
    let seconds = 0
    for (let t = first; t < deadline; t++) {
      done += rates[t]! * instance.windowSeconds[t]!
      seconds += instance.windowSeconds[t]!
    }
    if (done >= 0.5 * tokens) return rates.map((rate) => (rate * tokens) / done)
    const missing = (tokens - done) / seconds
    return rates.map((rate, t) => (t >= first && t < deadline ? rate + missing : 0))
  })
}

/** Most tokens/s of a work in one window: several times its mean rate, so that it can wait. */
export function mostBatch(instance: Instance, j: number): number {
  const { tokens, first, deadline } = instance.batch[j]!
  let seconds = 0
  for (let t = first; t < deadline; t++) seconds += instance.windowSeconds[t]!
  return (6 * tokens) / seconds
}
