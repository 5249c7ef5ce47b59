import type { CarbonSeries, CarbonSlot } from '../../services/domain/carbon-series.ts'
import { epochMs, gCo2PerKwh } from '../../services/domain/units.ts'

export interface RecordedZone {
  readonly zone: string
  /** Oldest first. */
  readonly issues: readonly CarbonSeries<'average', 'lifecycle'>[]
  readonly history: CarbonSeries<'average', 'lifecycle'>
}

const HOUR_MS = 3_600_000

/** Reads recorded hourly forecasts and actuals, all zones, as series. */
export function recordedZones(forecasts: string, actuals: string): readonly RecordedZone[] {
  const history = new Map<string, CarbonSlot[]>()
  for (const [zone, stamp, value] of rows(actuals)) push(history, zone!, slot(stamp!, value!))
  const issues = new Map<string, Map<string, CarbonSlot[]>>()
  for (const [zone, issued, target, value] of rows(forecasts)) {
    const ofZone = issues.get(zone!) ?? new Map<string, CarbonSlot[]>()
    push(ofZone, issued!, slot(target!, value!))
    issues.set(zone!, ofZone)
  }
  return [...issues].map(([zone, ofZone]) => ({
    zone,
    issues: [...ofZone].sort().map(([issued, slots]) => series(zone, issued, 'forecast', slots)),
    history: series(zone, '2020-01-01T00:00Z', 'live', history.get(zone)!),
  }))
}

function series(
  zone: string,
  issued: string,
  quality: 'forecast' | 'live',
  slots: readonly CarbonSlot[],
): CarbonSeries<'average', 'lifecycle'> {
  const issuedAtMs = epochMs(Date.parse(issued))
  return {
    zone,
    source: 'recorded',
    signal: 'average',
    basis: 'lifecycle',
    issuedAtMs,
    quality,
    slots,
  }
}

function slot(stamp: string, value: string): CarbonSlot {
  const startMs = Date.parse(stamp)
  return {
    startMs: epochMs(startMs),
    endMs: epochMs(startMs + HOUR_MS),
    carbonGPerKwh: gCo2PerKwh(Number(value)),
  }
}

const rows = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))

function push<K>(map: Map<K, CarbonSlot[]>, key: K, value: CarbonSlot): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
