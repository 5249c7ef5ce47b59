import type { CarbonSeries, Measure } from '../domain/carbon-series.ts'
import { climatologyOf, type TrainedZone, trainZoneInSteps } from '../forecast/index.ts'
import { pace } from '../platform/pace.ts'
import type { ForecastArchive } from './port.ts'

interface Kept {
  readonly stamp: string
  readonly trained: Promise<TrainedZone>
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const RECORD_DAYS = 60

/**
 * Trains a zone on its archive, and keeps the result until there is a new issue, value or hour.
 * Callers that ask for the same at the same time share one training.
 *
 * @param aheadMs how far from now anybody looks; what only later hours need is not learnt
 */
export function zoneTrainer(
  archive: ForecastArchive,
  measure: Measure,
  aheadMs = Number.POSITIVE_INFINITY,
) {
  const known = new Map<string, Kept>()

  async function train(
    history: CarbonSeries,
    issue: CarbonSeries | undefined,
    nowMs: number,
  ): Promise<TrainedZone> {
    const pastIssues = issue ? await archive.read(recordQuery(issue)) : []
    const climatology = climatologyOf(history.zone, measure)
    const reachMs = issue?.slots.at(-1)?.endMs ?? 0
    const beyondIssue = reachMs < nowMs + Math.ceil(aheadMs / DAY_MS) * DAY_MS
    const known = { measure, history, pastIssues, climatology }
    return pace(trainZoneInSteps({ ...known, nowMs, beyondIssue }))
  }

  return {
    trained(
      history: CarbonSeries,
      issue: CarbonSeries | undefined,
      nowMs: number,
    ): Promise<TrainedZone> {
      const { zone } = history
      const hour = Math.floor(nowMs / HOUR_MS)
      const lastMs = history.slots.at(-1)?.endMs
      const stamp = [issue?.source, issue?.issuedAtMs, lastMs, hour].join('|')
      const kept = known.get(zone)
      if (kept?.stamp === stamp) return kept.trained
      const trained = train(history, issue, nowMs)
      trained.catch(() => known.delete(zone)) // a database that is away is asked again
      known.set(zone, { stamp, trained })
      return trained
    },
    /** There is more to learn from than there was. */
    forget: (zone: string): void => void known.delete(zone),
  }
}

/** One earlier issue a day, at the hour of this one: errors depend on both hour and lead. */
function recordQuery({ source, zone, signal, basis, issuedAtMs }: CarbonSeries) {
  const fromMs = issuedAtMs - RECORD_DAYS * DAY_MS
  return { source, zone, signal, basis, fromMs, toMs: issuedAtMs, everyMs: DAY_MS }
}
