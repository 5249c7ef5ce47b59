import type { CarbonSeries, Measure } from '../domain/carbon-series.ts'
import { climatologyOf, type TrainedZone, trainZone } from '../forecast/index.ts'
import type { ForecastArchive } from './port.ts'

interface Kept {
  readonly stamp: string
  readonly trained: TrainedZone
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const RECORD_DAYS = 60

/** Trains a zone on its archive, and keeps the result until there is a new issue, value or hour. */
export function zoneTrainer(archive: ForecastArchive, measure: Measure) {
  const known = new Map<string, Kept>()
  return async (
    history: CarbonSeries,
    issue: CarbonSeries | undefined,
    nowMs: number,
  ): Promise<TrainedZone> => {
    const hour = Math.floor(nowMs / HOUR_MS)
    const lastMs = history.slots.at(-1)?.endMs
    const stamp = [issue?.source, issue?.issuedAtMs, lastMs, hour].join('|')
    const kept = known.get(history.zone)
    if (kept?.stamp === stamp) return kept.trained
    const pastIssues = issue ? await archive.read(recordQuery(issue)) : []
    const climatology = climatologyOf(history.zone, measure)
    const trained = trainZone({ measure, history, pastIssues, climatology, nowMs })
    known.set(history.zone, { stamp, trained })
    return trained
  }
}

/** One earlier issue a day, at the hour of this one: errors depend on both hour and lead. */
function recordQuery({ source, zone, signal, basis, issuedAtMs }: CarbonSeries) {
  const fromMs = issuedAtMs - RECORD_DAYS * DAY_MS
  return { source, zone, signal, basis, fromMs, toMs: issuedAtMs, everyMs: DAY_MS }
}
