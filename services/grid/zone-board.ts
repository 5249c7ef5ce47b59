import { setImmediate as breathe, setTimeout as pause } from 'node:timers/promises'
import { UpstreamUnavailable } from '../domain/errors.ts'
import type { Window } from '../domain/window.ts'
import type { WindowForecast, WindowForecaster } from '../forecast/index.ts'
import type { GridReader, ZoneReading } from './grid-reader.ts'
import { zoneForecaster } from './zone-forecaster.ts'

/** A window and what is told of it. */
export interface ForecastWindow extends WindowForecast, Window {}

/** A zone as this process knows it. */
export interface KnownZone {
  readonly reading: ZoneReading
  /** One entry a window, in their order; each worked out once for the reading. */
  readonly forecast: (windows: readonly Window[]) => readonly ForecastWindow[]
}

/** What this process knows of every zone, at hand. */
export interface ZoneBoard {
  /**
   * At once, where the zone was looked at within the last minute; where that is longer ago than
   * five seconds another look is taken behind the answer. Otherwise waits for a look.
   *
   * @throws UpstreamUnavailable where the look takes longer than whoever asks will wait: a provider
   *   may take a minute, its retries included
   */
  zone(zone: string): Promise<KnownZone>
  /** Looks at every zone of the board again: called every few seconds, no answer has to wait. */
  lookAgain(): Promise<void>
}

export interface ZoneBoardOptions {
  readonly reader: GridReader
  readonly zones: readonly string[]
  readonly nowMs: () => number
  /** How long an answer waits for a look. */
  readonly patienceMs?: number
}

interface Entry extends KnownZone {
  readonly revision: string
  readonly lookedAtMs: number
}

export const LOOK_AGAIN_MS = 5_000
const LONGEST_MS = 60_000
const PATIENCE_MS = 4_000
const HOUR_MS = 3_600_000

/**
 * Answers for zones out of memory. A look costs next to nothing while the shared answers are fresh;
 * the forecast is worked out anew only where a look finds another revision than the one at hand.
 */
export function zoneBoard(options: ZoneBoardOptions): ZoneBoard {
  const { reader, zones, nowMs, patienceMs = PATIENCE_MS } = options
  const entries = new Map<string, Entry>()
  const looks = new Map<string, Promise<Entry>>()

  async function read(zone: string): Promise<Entry> {
    const lookedAtMs = nowMs()
    const reading = await reader.readZone(zone, lookedAtMs)
    const revision = revisionOf(reading, lookedAtMs)
    const before = entries.get(zone)
    const known =
      before?.revision === revision && before.reading.trained === reading.trained
        ? before
        : { reading, revision, forecast: remembering(zoneForecaster(reading, lookedAtMs)) }
    const entry = { ...known, lookedAtMs }
    entries.set(zone, entry)
    return entry
  }

  function look(zone: string): Promise<Entry> {
    const looking = looks.get(zone)
    if (looking) return looking
    const mine = read(zone).finally(() => looks.delete(zone))
    looks.set(zone, mine)
    return mine
  }

  return {
    async zone(zone) {
      const entry = entries.get(zone)
      const ageMs = entry ? nowMs() - entry.lookedAtMs : LONGEST_MS
      if (!entry || ageMs >= LONGEST_MS) return within(patienceMs, look(zone))
      // A reading never fails but for a defect of ours; the next caller is to see it.
      if (ageMs >= LOOK_AGAIN_MS) look(zone).catch(() => entries.delete(zone))
      return entry
    },

    async lookAgain() {
      for (const zone of zones) {
        await look(zone)
        await breathe() // all in memory, a hundred looks would hold every request up
      }
    },
  }
}

/** The same reader for answers that cannot wait for a provider: it reads what is on the board. */
export const readerAtHand = (board: ZoneBoard): Pick<GridReader, 'readZone'> => ({
  readZone: async (zone) => (await board.zone(zone)).reading,
})

/** The look goes on, for whoever asks next. */
async function within(patienceMs: number, look: Promise<Entry>): Promise<Entry> {
  const over = new AbortController()
  const tooLong = pause(patienceMs, undefined, { signal: over.signal })
  try {
    const entry = await Promise.race([look, tooLong])
    if (entry) return entry
    throw new UpstreamUnavailable('is still being read', { upstream: 'grid' })
  } finally {
    over.abort()
    look.catch(() => undefined)
    tooLong.catch(() => undefined)
  }
}

/** Most callers ask for the same hours; those who ask for others must not fill the memory. */
const MOST_REMEMBERED = 2_000

/** Works each window out once. Kept by length and start: numbers are found faster than texts. */
function remembering(forecast: WindowForecaster): KnownZone['forecast'] {
  const byLength = new Map<number, Map<number, ForecastWindow>>()
  let count = 0
  const keep = (window: Window): ForecastWindow => {
    const found = { ...window, ...forecast([window])[0]! }
    if (count++ >= MOST_REMEMBERED) {
      byLength.clear()
      count = 1
    }
    const lengthMs = window.endMs - window.startMs
    const ofLength = byLength.get(lengthMs) ?? new Map<number, ForecastWindow>()
    byLength.set(lengthMs, ofLength.set(window.startMs, found))
    return found
  }
  return (windows) =>
    windows.map(
      (window) => byLength.get(window.endMs - window.startMs)?.get(window.startMs) ?? keep(window),
    )
}

/** Changes with whatever a forecast depends on: what was read, why not more, and the hour. */
function revisionOf({ series, rung, reasons }: ZoneReading, nowMs: number): string {
  const read = series.map(({ source, quality, issuedAtMs }) => [source, quality, issuedAtMs])
  return JSON.stringify([Math.floor(nowMs / HOUR_MS), read, rung, reasons])
}
