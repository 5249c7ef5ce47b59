import type { CarbonQuality, CarbonSeries } from '../../services/domain/carbon-series.ts'
import { epochMs, gCo2PerKwh } from '../../services/domain/units.ts'
import type { Climatology } from '../../services/forecast/index.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
export const NOW_MS = Date.parse('2026-03-01T00:00Z')
export const average = { signal: 'average', basis: 'lifecycle' } as const

/** An hourly series whose value at each hour is `valueAt(ms)`. */
export function hourlySeries(
  fromMs: number,
  hours: number,
  valueAt: (startMs: number) => number,
  quality: CarbonQuality = 'live',
): CarbonSeries<'average', 'lifecycle'> {
  return {
    ...average,
    zone: 'DE',
    source: quality === 'live' ? 'meter' : 'provider',
    issuedAtMs: epochMs(fromMs),
    quality,
    slots: Array.from({ length: hours }, (_, hour) => ({
      startMs: epochMs(fromMs + hour * HOUR_MS),
      endMs: epochMs(fromMs + (hour + 1) * HOUR_MS),
      carbonGPerKwh: gCo2PerKwh(valueAt(fromMs + hour * HOUR_MS)),
    })),
  }
}

/** A sunny grid: clean at noon, dirty at midnight, with weather that changes by the day. */
export function sunny(startMs: number): number {
  const hour = (startMs / HOUR_MS) % 24
  const day = Math.floor(startMs / DAY_MS)
  return 400 + 30 * Math.sin(day * 1.7) - 150 * Math.sin((Math.PI * Math.max(0, hour - 6)) / 18)
}

export const flatClimatology = (meanG: number): Climatology<'average', 'lifecycle'> => {
  const table = Array.from({ length: 12 }, () => new Array<number>(24).fill(meanG))
  const scaled = (share: number) => table.map((row) => row.map((value) => value * share))
  return {
    ...average,
    source: 'table',
    meanG: table,
    lowG: scaled(0.8),
    medianG: table,
    highG: scaled(1.2),
  }
}
