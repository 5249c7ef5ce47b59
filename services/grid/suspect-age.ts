import type { CarbonSeries } from '../domain/carbon-series.ts'
import type { QuarantineReason, Suspicion } from './suspicion.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const DEFAULT_MAX_AGE_MS = 36 * HOUR_MS
const CLOCK_SKEW_MS = 10 * 60_000
const FARTHEST_MS = 16 * DAY_MS
/** More than any record that is kept: a stamp in other units, or of another year. */
const FARTHEST_BACK_MS = 100 * DAY_MS

/**
 * What is wrong with the stamps of a series at `nowMs`. O(1): only its ends are looked at.
 *
 * @param maxAgeMs forecasts older than this are stale
 */
export function suspectAge(
  series: CarbonSeries,
  nowMs: number,
  maxAgeMs: number = DEFAULT_MAX_AGE_MS,
): readonly Suspicion[] {
  const suspicions: Suspicion[] = []
  const say = (reason: QuarantineReason, detail: string) => suspicions.push({ reason, detail })
  const last = series.slots.at(-1)
  if (last === undefined) return [{ reason: 'holes', detail: 'it has no values' }]
  const ageMs = nowMs - series.issuedAtMs
  if (ageMs < -CLOCK_SKEW_MS) say('from-the-future', `issued ${hours(-ageMs)} h from now`)
  if (ageMs > maxAgeMs) say('stale', `issued ${hours(ageMs)} h ago`)
  const promised = series.quality === 'forecast' || series.quality === 'cached'
  if (promised && last.endMs <= nowMs) say('stale', `ended ${hours(nowMs - last.endMs)} h ago`)
  const backMs = nowMs - series.slots[0]!.startMs
  if (backMs > FARTHEST_BACK_MS) say('stale', `reaches ${hours(backMs)} h back`)
  if (last.endMs > nowMs + FARTHEST_MS) say('from-the-future', 'reaches more than 16 days ahead')
  if (series.quality === 'live' && last.startMs > nowMs + CLOCK_SKEW_MS) {
    say('from-the-future', 'measures what has not happened')
  }
  return suspicions
}

const hours = (durationMs: number): number => Math.round(durationMs / HOUR_MS)
