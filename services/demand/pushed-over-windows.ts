import type { Window } from '../domain/window.ts'

/** A rate that somebody who should know has told us of. */
export interface PushedSlot {
  readonly startMs: number
  readonly endMs: number
  readonly tokensPerSecond: number
}

/**
 * What pushed forecasts say of each window: the highest rate of the slots that overlap it, where
 * they cover it without a hole; undefined where they don't, so that the fleet file speaks.
 *
 * @param slots ordered, without overlap
 */
export function pushedOverWindows(
  slots: readonly PushedSlot[],
  windows: readonly Window[],
): readonly (number | undefined)[] {
  return windows.map((window) => {
    const within = slots.filter(
      ({ startMs, endMs }) => startMs < window.endMs && endMs > window.startMs,
    )
    const coveredMs = within.reduce(
      (sum, { startMs, endMs }) =>
        sum + Math.min(endMs, window.endMs) - Math.max(startMs, window.startMs),
      0,
    )
    if (coveredMs < window.endMs - window.startMs) return undefined
    return Math.max(...within.map(({ tokensPerSecond }) => tokensPerSecond))
  })
}
