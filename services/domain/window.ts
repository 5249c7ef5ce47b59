import type { EpochMs } from './units.ts'
import { epochMs, type Seconds, secondsFromMs } from './units.ts'

/** A half-open slot of the planning horizon. */
export interface Window {
  readonly startMs: EpochMs
  readonly endMs: EpochMs
}

export const durationOf = (window: Window): Seconds => secondsFromMs(window.endMs - window.startMs)

/**
 * The windows of a horizon, aligned to whole multiples of the window length since the epoch, so
 * that every process cuts time at the same places. The first one contains `nowMs`.
 *
 * @param nowMs any instant
 * @param windowMs length of one window
 * @param count how many windows
 */
export function windowsFrom(nowMs: number, windowMs: number, count: number): readonly Window[] {
  const firstMs = Math.floor(nowMs / windowMs) * windowMs
  return Array.from({ length: count }, (_, index) => ({
    startMs: epochMs(firstMs + index * windowMs),
    endMs: epochMs(firstMs + (index + 1) * windowMs),
  }))
}
