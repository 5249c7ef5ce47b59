import type { GridRecord } from './record.ts'

/**
 * What sizing one model has to go by, window by window, tokens/s over all origins. What is decided at the
 * beginning of a window is ready in the next, so it has to do for both.
 */
export interface Sizing {
  /** The level: the higher of the two windows before. */
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
    known: over((w) => Math.max(rateAt(w - 1), rateAt(w - 2))),
    need: over((w) => Math.max(rateAt(w), rateAt(w + 1))),
    came: over(rateAt),
  }
}
