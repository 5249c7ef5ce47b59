import type { GridRecord } from './record.ts'

/**
 * What sizing one model has to go by, window by window, tokens/s over all origins. What is decided in a
 * window, a minute after it began, has to do for the rest of it and until the next decision is ready.
 */
export interface Sizing {
  /** The level: the higher of the window begun and the one before it. */
  readonly known: Float64Array
  /** The higher of this window and the next. */
  readonly need: Float64Array
  readonly came: Float64Array
}

/** The simulated windows of a model. */
export function sizingOf({ demand, leadWindows, windowCount }: GridRecord, model: number): Sizing {
  const rateAt = (w: number) =>
    demand[model]!.reduce((total, rates) => total + rates[Math.min(w, windowCount - 1)]!, 0)
  const over = (of: (w: number) => number) =>
    Float64Array.from({ length: windowCount - leadWindows }, (_, i) => of(leadWindows + i))
  return {
    known: over((w) => Math.max(rateAt(w), rateAt(w - 1))),
    need: over((w) => Math.max(rateAt(w), rateAt(w + 1))),
    came: over(rateAt),
  }
}
