import type { CarbonSeries } from '../domain/carbon-series.ts'
import { priorBand } from './error-band.ts'
import { HOUR_MS } from './hourly.ts'
import { meanOver } from './mean-over.ts'
import type { Rung } from './window-forecast.ts'

/** What the first of several series that covers a window says of it, with a band by its lead. */
export const seriesRung =
  (candidates: readonly CarbonSeries[], nowMs: number): Rung =>
  (window) => {
    for (const { slots, quality, source, issuedAtMs } of candidates) {
      const value = meanOver(slots, window)
      if (value === undefined) continue
      const { low, high } = priorBand(Math.max(0, (window.startMs - nowMs) / HOUR_MS))
      return {
        carbonGPerKwh: value,
        lowGPerKwh: value + (low - 1) * Math.abs(value),
        highGPerKwh: value + (high - 1) * Math.abs(value),
        quality,
        source,
        issuedAtMs,
      }
    }
    return undefined
  }
