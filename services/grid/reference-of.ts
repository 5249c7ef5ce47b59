import type { CarbonSeries, CarbonSlot } from '../domain/carbon-series.ts'
import { type Climatology, quantileOf } from '../forecast/index.ts'
import type { Reference } from './suspicion.ts'

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS
/** Fewer hours than these say little about a grid's range. */
const LEAST_MS = 2 * DAY_MS

/**
 * What a zone is known to emit: by its last week, else by its climatology, else by what is held from
 * before, else nothing.
 */
export function referenceOf(
  history: CarbonSeries | undefined,
  climatology: Climatology | undefined,
  nowMs: number,
): Reference | undefined {
  const recent = (history?.slots ?? []).filter(({ startMs }) => startMs >= nowMs - WEEK_MS)
  const last = recent.at(-1)
  if (coveredMs(recent) >= LEAST_MS) return { ...rangeOfSlots(recent), last }
  const held = history?.slots ?? []
  if (!climatology) return coveredMs(held) >= LEAST_MS ? rangeOfSlots(held) : undefined
  const range = rangeOf([...climatology.lowG.flat(), ...climatology.highG.flat()])
  return { ...range, medianG: rangeOf(climatology.medianG.flat()).medianG, last }
}

const coveredMs = (slots: readonly CarbonSlot[]): number =>
  slots.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)

const rangeOfSlots = (slots: readonly CarbonSlot[]) =>
  rangeOf(slots.map(({ carbonGPerKwh }) => carbonGPerKwh))

function rangeOf(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b)
  return { lowestG: sorted[0]!, medianG: quantileOf(sorted, 0.5), highestG: sorted.at(-1)! }
}
