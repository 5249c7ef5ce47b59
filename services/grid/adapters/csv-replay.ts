import { parse } from 'csv-parse/sync'
import type { CarbonBasis, CarbonSignal } from '../../domain/carbon-series.ts'
import { InvalidInput, NotFound } from '../../domain/errors.ts'
import { instantMs } from '../instant.ts'
import type { GridProvider } from '../port.ts'
import { type Point, seriesFrom } from '../series-from.ts'

export interface CsvReplayOptions {
  /** Columns `zone,issued_utc,target_utc,gco2_per_kwh`. */
  readonly forecasts?: string
  /** Columns `zone,datetime_utc,gco2_per_kwh`. */
  readonly history?: string
  /** What messages call the file of `history`; `the history` unless said. */
  readonly historyName?: string
  /** The replay's clock: nothing issued or measured after it is seen. */
  readonly nowMs: () => number
  readonly signal?: CarbonSignal
  readonly basis?: CarbonBasis
  readonly name?: string
}

interface Issue {
  readonly issuedAtMs: number
  readonly points: Point[]
}

/** The columns after these are carried along unread: recorded files have more of their own. */
const FORECAST_COLUMNS = ['zone', 'issued_utc', 'target_utc', 'gco2_per_kwh']
const HISTORY_COLUMNS = ['zone', 'datetime_utc', 'gco2_per_kwh']

/**
 * Recorded forecasts and measurements, played back as if `nowMs` were now.
 *
 * @throws InvalidInput naming the line of a file that does not fit
 */
export function csvReplay(options: CsvReplayOptions): GridProvider {
  const { nowMs, signal = 'average', basis = 'lifecycle', name = 'csv-replay' } = options
  const historyName = options.historyName ?? 'the history'
  const issues = readIssues(options.forecasts ?? '')
  const measured = readHistory(options.history ?? '')
  const about = (zone: string) => ({ zone, source: name, signal, basis })
  const seriesOf = (zone: string, { issuedAtMs, points }: Issue) =>
    seriesFrom({ ...about(zone), issuedAtMs, quality: 'forecast' }, points)

  return {
    name,
    signal,
    basis,

    async forecast(zone) {
      const issue = issues.get(zone)?.findLast(({ issuedAtMs }) => issuedAtMs <= nowMs())
      if (!issue) throw new NotFound(`${name}: no forecast for ${zone} issued by then`)
      return seriesOf(zone, issue)
    },

    async pastForecasts(zone, fromMs, toMs) {
      const endMs = Math.min(toMs, nowMs() + 1)
      const inside = ({ issuedAtMs }: Issue) => issuedAtMs >= fromMs && issuedAtMs < endMs
      return (issues.get(zone) ?? []).filter(inside).map((issue) => seriesOf(zone, issue))
    },

    async history(zone, fromMs, toMs) {
      const all = measured.get(zone)
      if (!all) throw new NotFound(`${name}: no history of ${zone}`)
      const endMs = Math.min(toMs, nowMs())
      const points = all.filter(({ startMs }) => startMs >= fromMs && startMs < endMs)
      if (points.length === 0) {
        const asked = `between ${iso(fromMs)} and ${iso(toMs)}`
        throw new NotFound(`${historyName} has nothing of ${zone} ${asked}; it has ${spanOf(all)}`)
      }
      const complete = seriesFrom({ ...about(zone), issuedAtMs: endMs, quality: 'live' }, points)
      // A slot still running has no mean yet.
      return { ...complete, slots: complete.slots.filter((slot) => slot.endMs <= nowMs()) }
    },
  }
}

const iso = (ms: number): string => new Date(ms).toISOString()

function spanOf(points: readonly Point[]): string {
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { startMs } of points) {
    firstMs = Math.min(firstMs, startMs)
    lastMs = Math.max(lastMs, startMs)
  }
  return `${iso(firstMs)} to ${iso(lastMs)}`
}

function readIssues(text: string): Map<string, Issue[]> {
  const zones = new Map<string, Map<number, Point[]>>()
  for (const [zone, issued, target, value] of rowsOf(text, FORECAST_COLUMNS)) {
    const byIssue = zones.get(zone!) ?? new Map<number, Point[]>()
    const issuedAtMs = instantMs('csv-replay', issued!)
    const points = byIssue.get(issuedAtMs) ?? []
    points.push({ startMs: instantMs('csv-replay', target!), carbonGPerKwh: Number(value) })
    zones.set(zone!, byIssue.set(issuedAtMs, points))
  }
  const ordered = (byIssue: Map<number, Point[]>): Issue[] =>
    [...byIssue]
      .map(([issuedAtMs, points]) => ({ issuedAtMs, points }))
      .sort((a, b) => a.issuedAtMs - b.issuedAtMs)
  return new Map([...zones].map(([zone, byIssue]) => [zone, ordered(byIssue)]))
}

function readHistory(text: string): Map<string, Point[]> {
  const zones = new Map<string, Point[]>()
  for (const [zone, stamp, value] of rowsOf(text, HISTORY_COLUMNS)) {
    const points = zones.get(zone!) ?? []
    points.push({ startMs: instantMs('csv-replay', stamp!), carbonGPerKwh: Number(value) })
    zones.set(zone!, points)
  }
  return zones
}

function rowsOf(text: string, columns: readonly string[]): string[][] {
  if (text === '') return []
  const [header = [], ...rows] = parse(text, { skip_empty_lines: true, trim: true }) as string[][]
  const missing = columns.find((column, index) => header[index] !== column)
  if (missing) {
    throw new InvalidInput(`the file's columns must begin ${columns.join(',')}; got ${header}`)
  }
  const bad = rows.findIndex(
    (row) => row[columns.length - 1] === '' || Number.isNaN(Number(row[columns.length - 1])),
  )
  if (bad >= 0) throw new InvalidInput(`row ${bad + 2}: not a number of gCO2e/kWh`)
  return rows
}
