import type { Instance } from './instance.ts'

/** By batch work: tokens/s, [window]. */
export type BatchTiming = readonly Float64Array[]

/**
 * Makes every work exactly whole: what was placed too much is scaled down, what is missing comes
 * where a token costs least, as far as a window takes more.
 *
 * @param placed tokens/s by batch work and window
 * @param costs objective of a token by batch work and window
 * @param isOpen windows whose rates may change
 */
export function wholeWork(
  instance: Instance,
  placed: BatchTiming,
  costs: BatchTiming,
  isOpen: (t: number) => boolean = () => true,
): BatchTiming {
  return placed.map((rates, j) => {
    const { tokens, first, deadline } = instance.batch[j]!
    const seconds = instance.windowSeconds
    let missing = tokens
    let movable = 0
    for (let t = first; t < deadline; t++) {
      missing -= rates[t]! * seconds[t]!
      if (isOpen(t)) movable += rates[t]! * seconds[t]!
    }
    if (missing <= 0) {
      const factor = movable > 0 ? Math.max(0, (movable + missing) / movable) : 1
      return rates.map((rate, t) => (isOpen(t) ? rate * factor : rate))
    }
    const filled = rates.slice()
    const cheapest = Array.from({ length: deadline - first }, (_, i) => first + i).filter(isOpen)
    cheapest.sort((a, b) => costs[j]![a]! - costs[j]![b]!)
    for (const t of cheapest) {
      const more = Math.max(0, Math.min(mostBatch(instance, j) - rates[t]!, missing / seconds[t]!))
      filled[t]! += more
      missing -= more * seconds[t]!
    }
    return filled
  })
}

/** Most tokens/s of a work in one window: several times its mean rate, so that it can wait. */
function mostBatch(instance: Instance, j: number): number {
  const { tokens, first, deadline } = instance.batch[j]!
  return (6 * tokens) / secondsBetween(instance, first, deadline)
}

/** Seconds of windows [from, end); 0 where it ends before it begins. */
export function secondsBetween({ windowSeconds }: Instance, from: number, end: number): number {
  let seconds = 0
  for (let t = from; t < end; t++) seconds += windowSeconds[t]!
  return seconds
}
