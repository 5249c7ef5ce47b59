import type { RegionOutlook } from '../../batch/index.ts'
import { msFromSeconds } from '../../domain/units.ts'
import type { Arena } from '../arena.ts'
import { type GridRecord, windowsPerHour } from '../record.ts'

/** How far ahead deferrable work is planned: the length of the archived forecasts. */
export const OUTLOOK_HOURS = 96
const HOUR_MS = 3_600_000

/** What was expected of a region, hour by hour, and what came. */
export interface KnownAndTrue {
  /** As known when the hour of an instant began; after the record, as in its last hour. */
  readonly known: (atMs: number) => RegionOutlook
  readonly truth: RegionOutlook
}

/**
 * By region id.
 *
 * @param record with `outlook`
 */
export function outlooksOf(
  { problem, pools }: Arena,
  record: GridRecord,
): ReadonlyMap<string, KnownAndTrue> {
  const fromMs = record.startMs + record.leadWindows * msFromSeconds(record.windowSeconds)
  const perHour = windowsPerHour(record)
  const hours = (record.windowCount - record.leadWindows) / perHour
  return new Map(
    problem.regions.map(({ id, pue }, r) => {
      const of = (startMs: number, carbonGPerKwh: readonly number[]): RegionOutlook => ({
        region: id,
        startMs,
        windowMs: HOUR_MS,
        carbonGPerKwh,
        pue,
        usdPerGpuHour: pools.find(({ region }) => region === r)!.priceUsdPerHour,
      })
      const table = record.outlook![r]!
      const seen = new Map<number, RegionOutlook>()
      const known = (atMs: number) => {
        const hour = Math.min(hours - 1, Math.floor((atMs - fromMs) / HOUR_MS))
        const row = table.subarray(hour * OUTLOOK_HOURS, (hour + 1) * OUTLOOK_HOURS)
        const outlook = seen.get(hour) ?? of(fromMs + hour * HOUR_MS, [...row])
        seen.set(hour, outlook)
        return outlook
      }
      const came = Array.from({ length: hours }, (_, hour) => {
        return record.actual[r]![record.leadWindows + hour * perHour]!
      })
      return [id, { known, truth: of(fromMs, came) }] as const
    }),
  )
}
