import type { CarbonQuality, CarbonSeries, CarbonSlot, Measure } from '../domain/carbon-series.ts'
import { NotFound } from '../domain/errors.ts'
import { epochMs } from '../domain/units.ts'
import type { Window } from '../domain/window.ts'
import { climatologyOf, type ForecastScore, hourlyValues, scoreInSteps } from '../forecast/index.ts'
import { pace } from '../platform/pace.ts'
import type { ForecastArchive } from './port.ts'
import { skillWords } from './skill-words.ts'
import type { ForecastWindow, KnownZone, ZoneBoard } from './zone-board.ts'

/** A zone in the running window, with everything needed to judge the number. */
export interface ZoneNow extends ForecastWindow, Measure {
  readonly zone: string
  /** The best rung that speaks for the zone; the number's own is `quality`. */
  readonly rung: CarbonQuality
  readonly reasons: readonly string[]
}

export interface ZoneForecast extends Measure {
  readonly zone: string
  readonly windows: readonly ForecastWindow[]
  readonly reasons: readonly string[]
}

export interface ZoneHistory extends Measure {
  readonly zone: string
  /** The rung measured values stand on; a slot may be an estimate of the provider's all the same. */
  readonly quality: 'live'
  readonly source: string | undefined
  readonly slots: readonly CarbonSlot[]
}

/** Answers questions about zones, for the CLI and the API. */
export interface GridDesk {
  readonly zones: readonly string[]
  readonly measure: Measure
  /** Each throws NotFound for a zone that is not one of `zones`. */
  now(zone: string): Promise<ZoneNow>
  forecast(zone: string, windows: readonly Window[]): Promise<ZoneForecast>
  /** What is held of [fromMs, toMs): hours beyond the last day, the provider's step within. */
  history(zone: string, fromMs: number, toMs: number): Promise<ZoneHistory>
  /** The newest archived forecast of the last 36 h before `atMs`, as its provider issued it. */
  issuedBy(zone: string, atMs: number): Promise<CarbonSeries | undefined>
  /** How well the archived forecasts of the zone's provider did; undefined without any. */
  score(zone: string): Promise<ForecastScore | undefined>
}

export interface GridDeskOptions {
  readonly board: ZoneBoard
  readonly archive: ForecastArchive
  /** Names of the providers whose forecasts are archived. */
  readonly sources: readonly string[]
  readonly zones: readonly string[]
  readonly measure: Measure
  readonly nowMs: () => number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const SCORED_DAYS = 60
/** As old as a forecast may be and still be used. */
const LONGEST_AGE_MS = 36 * HOUR_MS

export function gridDesk(options: GridDeskOptions): GridDesk {
  const { board, archive, sources, zones, measure, nowMs } = options

  async function know(zone: string): Promise<KnownZone> {
    if (!zones.includes(zone)) {
      throw new NotFound(`no region of the fleet is in zone ${zone}; there are ${zones.join(', ')}`)
    }
    return board.zone(zone)
  }

  return {
    zones,
    measure,

    async now(zone) {
      const { reading, forecast } = await know(zone)
      const startMs = epochMs(Math.floor(nowMs() / HOUR_MS) * HOUR_MS)
      const window = { startMs, endMs: epochMs(startMs + HOUR_MS) }
      const { rung, reasons } = reading
      return { zone, ...measure, ...forecast([window])[0]!, rung, reasons }
    },

    async forecast(zone, windows) {
      const { reading, forecast } = await know(zone)
      const found = forecast(windows)
      const reasons = [...reading.reasons, ...skillWords(windows, found, nowMs())]
      return { zone, ...measure, windows: found, reasons }
    },

    async history(zone, fromMs, toMs) {
      const { history } = (await know(zone)).reading
      const inside = ({ startMs }: CarbonSlot) => startMs >= fromMs && startMs < toMs
      return {
        zone,
        ...measure,
        quality: 'live',
        source: history?.source,
        slots: history?.slots.filter(inside) ?? [],
      }
    },

    async issuedBy(zone, atMs) {
      await know(zone)
      const span = { fromMs: atMs - LONGEST_AGE_MS, toMs: atMs + 1 }
      const issues = await Promise.all(
        sources.map((source) => archive.newest({ source, zone, ...measure, ...span })),
      )
      const found = issues.filter((issue) => issue !== undefined)
      return found.toSorted((a, b) => b.issuedAtMs - a.issuedAtMs)[0]
    },

    async score(zone) {
      const { history, series } = (await know(zone)).reading
      const issue = series.find(({ quality }) => quality === 'forecast' || quality === 'cached')
      if (!history || !issue) return undefined
      const issues = await archive.read(scoredIssues(issue))
      const inputs = {
        history: hourlyValues(history.slots),
        climatology: climatologyOf(zone, measure),
        nowMs: nowMs(),
      }
      return pace(scoreInSteps(issues, inputs))
    },
  }
}

/** One issue a day, the current one aside. */
function scoredIssues({ source, zone, signal, basis, issuedAtMs }: CarbonSeries) {
  const fromMs = issuedAtMs - SCORED_DAYS * DAY_MS
  return { source, zone, signal, basis, fromMs, toMs: issuedAtMs, everyMs: DAY_MS }
}
