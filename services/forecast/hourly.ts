import type { CarbonSlot } from '../domain/carbon-series.ts'
import { meanOver } from './mean-over.ts'

export const HOUR_MS = 3_600_000
/** Gaps up to this are bridged by a straight line; longer ones stay gaps. */
const LONGEST_BRIDGE_HOURS = 2

/** Whole hours since the epoch of an instant. */
export const hourOf = (atMs: number): number => Math.floor(atMs / HOUR_MS)

/** Mean intensity by whole hours since the epoch. */
export interface HourlyValues {
  /** undefined where nothing is known. */
  at(hour: number): number | undefined
  readonly firstHour: number
  /** One past the last. */
  readonly endHour: number
}

/**
 * Resamples slots of any length to hours, and bridges gaps of up to two hours.
 *
 * An hour counts where at least half of it is covered.
 */
export function hourlyValues(slots: readonly CarbonSlot[]): HourlyValues {
  const firstHour = hourOf(slots[0]?.startMs ?? 0)
  const endHour = hourOf((slots.at(-1)?.endMs ?? 0) + HOUR_MS - 1)
  const values = Array.from({ length: endHour - firstHour }, (_, index) =>
    meanOver(slots, hourWindow(firstHour + index)),
  )
  bridge(values)
  return { at: (hour) => values[hour - firstHour], firstHour, endHour }
}

const hourWindow = (hour: number) =>
  ({ startMs: hour * HOUR_MS, endMs: (hour + 1) * HOUR_MS }) as Parameters<typeof meanOver>[1]

function bridge(values: (number | undefined)[]): void {
  let last = -1
  for (const [index, value] of values.entries()) {
    if (value === undefined) continue
    const missing = index - last - 1
    if (last >= 0 && missing > 0 && missing <= LONGEST_BRIDGE_HOURS) {
      const from = values[last]!
      const step = (value - from) / (missing + 1)
      for (let hop = 1; hop <= missing; hop++) values[last + hop] = from + hop * step
    }
    last = index
  }
}
