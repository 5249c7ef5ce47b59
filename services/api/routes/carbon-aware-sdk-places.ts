import { InvalidInput } from '../../domain/errors.ts'
import { epochMs } from '../../domain/units.ts'
import type { Window } from '../../domain/window.ts'
import type { GridDesk } from '../../grid/index.ts'

/** What the Carbon Aware SDK compatible routes stand on. */
export interface CarbonAwareSdkOptions {
  readonly grid: GridDesk
  readonly nowMs: () => number
  /** Names a caller may use -> zone; zone keys are always known. */
  readonly locations: Readonly<Record<string, string>>
}

/** The SDK's emissions record. `duration` is a .NET TimeSpan. */
export interface Emissions {
  readonly location: string
  readonly time: string
  readonly rating: number
  readonly duration: string
}

const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS

/**
 * @param at where the field is: `query/`, or e.g. `body/0/`
 * @throws InvalidInput naming the parameter: the SDK's own way of saying that it knows no such place
 */
export function zoneOf(
  { grid, locations }: CarbonAwareSdkOptions,
  location: string,
  at = 'query/',
): string {
  const zone = locations[location] ?? location
  if (grid.zones.includes(zone)) return zone
  const known = [...Object.keys(locations), ...grid.zones].join(', ')
  throw wrong(`${at}location`, `unknown location ${location}; there are ${known}`)
}

/** @param place where the field is, e.g. `query/location` or `body/0/location` */
export function wrong(place: string, message: string): InvalidInput {
  const parameter = place.split('/').at(-1)
  return new InvalidInput(`${parameter}: ${message}`, [{ path: `/${place}`, message }])
}

/** @throws InvalidInput */
export function instantOf(place: string, text: string): number {
  // A `+` that was not percent-encoded arrives as a space.
  const atMs = Date.parse(text.replace(' ', '+'))
  if (Number.isNaN(atMs)) throw wrong(place, `${text} is no point in time`)
  return atMs
}

export const stampOf = (atMs: number): string =>
  new Date(atMs).toISOString().replace('.000Z', '+00:00')

function timeSpan(durationMs: number): string {
  const minutes = Math.round(durationMs / MINUTE_MS)
  const two = (value: number) => String(value).padStart(2, '0')
  const days = Math.floor(minutes / 1440)
  return `${days > 0 ? `${days}.` : ''}${two(Math.floor((minutes % 1440) / 60))}:${two(minutes % 60)}:00`
}

export const windowAt = (startMs: number, durationMs: number): Window => ({
  startMs: epochMs(startMs),
  endMs: epochMs(startMs + durationMs),
})

/** Nothing can be said beyond; and a caller may not have windows counted to the year 9999. */
const MOST_AHEAD_MS = 168 * HOUR_MS
const MOST_SPAN_MS = 8784 * HOUR_MS

/**
 * Values of [fromMs, toMs]: the past as measured, what is still running or to come as forecast. An
 * instant is answered with the value that holds then.
 */
export async function emissionsOf(
  options: CarbonAwareSdkOptions,
  location: string,
  fromMs: number,
  toMs: number,
  at = 'query/',
): Promise<readonly Emissions[]> {
  const { grid, nowMs } = options
  if (toMs < fromMs) throw wrong(`${at}toTime`, 'must not be before time')
  const zone = zoneOf(options, location, at)
  const firstMs = Math.floor(fromMs / HOUR_MS) * HOUR_MS
  const { slots } = await grid.history(zone, firstMs, toMs + 1)
  const past = slots.filter(({ endMs }) => endMs > fromMs)
  const knownToMs = past.at(-1)?.endMs ?? Math.max(firstMs, Math.floor(nowMs() / HOUR_MS) * HOUR_MS)
  if (toMs > nowMs() + MOST_AHEAD_MS) throw wrong(`${at}toTime`, 'must be at most 7 days ahead')
  if (toMs - knownToMs > MOST_SPAN_MS)
    throw wrong(`${at}time`, 'must be at most a year before toTime')
  const ahead: Window[] = []
  for (let startMs = knownToMs; startMs <= toMs; startMs += HOUR_MS) {
    ahead.push(windowAt(startMs, HOUR_MS))
  }
  const { windows } = await grid.forecast(zone, ahead)
  return [...past, ...windows].map(({ startMs, endMs, carbonGPerKwh }) => ({
    location,
    time: stampOf(startMs),
    rating: carbonGPerKwh,
    duration: timeSpan(endMs - startMs),
  }))
}
