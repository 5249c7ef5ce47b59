import type { CarbonSeries, CarbonSlot } from '../domain/carbon-series.ts'
import { epochMs, type GCo2PerKwh } from '../domain/units.ts'
import { hourlyValues } from '../forecast/index.ts'

const HOUR_MS = 3_600_000
/** Five-minute detail serves the current window only; the record is hourly. */
const DETAIL_MS = 24 * HOUR_MS
/** Two months of lessons and the week before them. */
const KEPT_MS = 68 * 24 * HOUR_MS

/**
 * What is held of a zone's past, brought up to date: newer values replace older ones from where
 * they begin (providers revise for hours), the last day keeps its detail, older days become hours,
 * and what no forecast learns from any more goes.
 */
export function mergeHistory(
  held: CarbonSeries | undefined,
  newer: CarbonSeries,
  nowMs: number,
): CarbonSeries {
  const firstMs = newer.slots[0]?.startMs ?? Number.POSITIVE_INFINITY
  const before = (held?.slots ?? []).filter(({ endMs }) => endMs <= firstMs)
  const detailFromMs = Math.floor((nowMs - DETAIL_MS) / HOUR_MS) * HOUR_MS
  const all = [...before, ...newer.slots]
  const old = all.filter(({ startMs }) => startMs < detailFromMs)
  const recent = all.filter(({ startMs }) => startMs >= detailFromMs)
  const slots = [...hours(old, nowMs - KEPT_MS), ...recent]
  return { ...newer, slots }
}

function hours(slots: readonly CarbonSlot[], fromMs: number): CarbonSlot[] {
  const values = hourlyValues(slots)
  const kept: CarbonSlot[] = []
  for (let hour = values.firstHour; hour < values.endHour; hour++) {
    const value = values.at(hour)
    if (value === undefined || hour * HOUR_MS < fromMs) continue
    kept.push({
      startMs: epochMs(hour * HOUR_MS),
      endMs: epochMs((hour + 1) * HOUR_MS),
      carbonGPerKwh: value as GCo2PerKwh,
    })
  }
  return kept
}
