import type { CarbonSlot } from '../domain/carbon-series.ts'
import type { Window } from '../domain/window.ts'

/** Index of the first slot that ends after `atMs`; slots are ordered. O(log n). */
function firstEndingAfter(slots: readonly CarbonSlot[], atMs: number): number {
  let low = 0
  let high = slots.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (slots[middle]!.endMs > atMs) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * Mean intensity over a window, each slot weighted by how long it overlaps.
 *
 * @param leastCovered share of the window that slots must cover; a half by default, so that a
 *   series ending mid-window still speaks for it, but a stray slot does not
 * @returns undefined where they cover less
 */
export function meanOver(
  slots: readonly CarbonSlot[],
  window: Pick<Window, 'startMs' | 'endMs'>,
  leastCovered = 0.5,
): number | undefined {
  let coveredMs = 0
  let weighted = 0
  for (let index = firstEndingAfter(slots, window.startMs); index < slots.length; index++) {
    const slot = slots[index]!
    if (slot.startMs >= window.endMs) break
    const overlapMs = Math.min(slot.endMs, window.endMs) - Math.max(slot.startMs, window.startMs)
    coveredMs += overlapMs
    weighted += overlapMs * slot.carbonGPerKwh
  }
  const enough = coveredMs > 0 && coveredMs >= leastCovered * (window.endMs - window.startMs)
  return enough ? weighted / coveredMs : undefined
}
