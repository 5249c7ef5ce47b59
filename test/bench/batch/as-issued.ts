import type { RegionOutlook } from '../../../services/batch/index.ts'
import type { RecordedZone } from '../../support/recorded-zones.ts'
import type { ZoneForecasts } from './zone-forecasts.ts'

const HOUR_MS = 3_600_000

/** The vendor's newest forecast at each hour as it was issued: nothing corrected, nothing flattened. */
export function asIssued({ issues }: RecordedZone, { truth }: ZoneForecasts) {
  return (hour: number): RegionOutlook => {
    const startMs = hour * HOUR_MS
    const issue = issues.findLast(({ slots }) => slots[0]!.startMs <= startMs)!
    const ahead = issue.slots.filter((slot) => slot.startMs >= startMs)
    return { ...truth, startMs, carbonGPerKwh: ahead.map(({ carbonGPerKwh }) => carbonGPerKwh) }
  }
}
