import type { RecordedSeries } from './grid-server.ts'
import { readRealData } from './real-data.ts'

const DAY_MS = 86_400_000

/** A recorded week of some zones, replayed as if it had begun three days ago. */
export function recordedWeek(zones: readonly string[]): Record<string, RecordedSeries> {
  const startMs = Math.floor(Date.now() / DAY_MS) * DAY_MS - 3 * DAY_MS
  const rows = readRealData('grid/carboncast_actuals_2020_2021.csv').split('\n')
  const week = (zone: string) =>
    rows
      .filter((row) => row.startsWith(`${zone},2021-09-1`))
      .slice(0, 7 * 24)
      .map((row) => Number(row.split(',')[2]))
  return Object.fromEntries(zones.map((zone) => [zone, { startMs, hourlyGPerKwh: week(zone) }]))
}
