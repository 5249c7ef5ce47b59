import { assertSameMeasure, type Measure } from '../domain/carbon-series.ts'
import type { Window } from '../domain/window.ts'
import type { WindowForecast } from '../forecast/index.ts'
import { type GridReader, skillWords, zoneForecaster } from '../grid/index.ts'

export interface CarbonQuery {
  readonly zones: readonly string[]
  readonly windows: readonly Window[]
  readonly measure: Measure
  readonly nowMs: number
  readonly reader: Pick<GridReader, 'readZone'>
  /** Told why a better source said nothing of a zone. */
  readonly warn: (message: string) => void
}

/** What is known of one zone over the horizon. */
export interface ZoneForecast {
  /** One entry a window. */
  readonly windows: readonly WindowForecast[]
  /** Why the numbers are not better; empty where they are the best there are. */
  readonly reasons: readonly string[]
}

/**
 * Reads every zone and lets the best source that speaks for a window have its say. A source that
 * fails costs trust, never a plan: the ladder ends at the annual mean.
 */
export async function readCarbon(query: CarbonQuery): Promise<ReadonlyMap<string, ZoneForecast>> {
  const { zones, windows, measure, nowMs, reader, warn } = query
  const entries = zones.map(async (zone) => {
    const reading = await reader.readZone(zone, nowMs)
    assertSameMeasure(measure, reading.measure)
    const found = zoneForecaster(reading, nowMs)(windows)
    const reasons = [...reading.reasons, ...skillWords(windows, found, nowMs)]
    for (const reason of reasons) warn(`${zone}: ${reason}`)
    return [zone, { windows: found, reasons }] as const
  })
  return new Map(await Promise.all(entries))
}
