import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { UpstreamMalformed } from '../../domain/errors.ts'
import { getShaped, type HttpClient } from '../../platform/http.ts'
import { instantMs, minuteStamp } from '../instant.ts'
import type { GridProvider } from '../port.ts'
import { seriesFrom } from '../series-from.ts'
import { providerZone } from '../zones.ts'

const value = Type.Optional(Type.Union([Type.Number(), Type.Null()]))
const Slot = Type.Object({
  from: Type.String(),
  to: Type.String(),
  intensity: Type.Object({ forecast: value, actual: value }),
})
const Slots = Type.Array(Slot)
const nationalShape = Compile(Type.Object({ data: Type.Optional(Slots) }))
const regionalShape = Compile(Type.Object({ data: Type.Object({ data: Type.Optional(Slots) }) }))

export interface NesoOptions {
  readonly baseUrl?: string
  readonly zones?: Readonly<Record<string, string>>
  readonly nowMs?: () => number
}

const HALF_HOUR_MS = 30 * 60_000
const LONGEST_RANGE_MS = 14 * 86_400_000

/**
 * National Energy System Operator of Great Britain: average, operational (combustion only; wind,
 * sun, water and uranium count nothing). Keyless. https://carbon-intensity.github.io/api-definitions
 *
 * `GB` is the nation with forecast and actual, `GB-1` to `GB-17` the regions with forecast only.
 */
export function neso(http: HttpClient, options: NesoOptions = {}): GridProvider {
  const { baseUrl = 'https://api.carbonintensity.org.uk', nowMs = Date.now } = options
  const name = 'neso'
  const about = (zone: string) =>
    ({ zone, source: name, signal: 'average', basis: 'operational' }) as const

  async function slots(region: string, range: string, abort?: AbortSignal) {
    if (region === 'national') {
      const url = `${baseUrl}/intensity/${range}`
      return (await getShaped(http, name, nationalShape, { url, abort })).data ?? []
    }
    const url = `${baseUrl}/regional/intensity/${range}/regionid/${region}`
    return (await getShaped(http, name, regionalShape, { url, abort })).data.data ?? []
  }

  const read = (field: 'forecast' | 'actual') => (slot: Static<typeof Slot>) => {
    const carbonGPerKwh = slot.intensity[field]
    if (carbonGPerKwh === null || carbonGPerKwh === undefined) return []
    const startMs = instantMs(name, slot.from)
    if (instantMs(name, slot.to) - startMs !== HALF_HOUR_MS) {
      throw new UpstreamMalformed(`${slot.from} is not half an hour long`, { upstream: name })
    }
    return { startMs, carbonGPerKwh }
  }

  return {
    name,
    signal: 'average',
    basis: 'operational',
    issuedEveryMs: HALF_HOUR_MS,

    /** No issue time is published: forecasts are revised each half hour, so that one's start. */
    async forecast(zone, abort) {
      const issuedAtMs = Math.floor(nowMs() / HALF_HOUR_MS) * HALF_HOUR_MS
      const range = `${minuteStamp(issuedAtMs)}/fw48h`
      const points = (await slots(providerZone(name, zone, options.zones), range, abort))
        .flatMap(read('forecast'))
        .filter(({ startMs }) => startMs >= issuedAtMs) // the first row may be the one before
      return seriesFrom({ ...about(zone), issuedAtMs, quality: 'forecast' }, points, HALF_HOUR_MS)
    },

    /** Regions have no measured values: theirs are the forecasts, marked as estimates. */
    async history(zone, fromMs, toMs, abort) {
      const region = providerZone(name, zone, options.zones)
      const national = region === 'national'
      const rows = []
      for (let startMs = fromMs; startMs < toMs; startMs += LONGEST_RANGE_MS) {
        const endMs = Math.min(startMs + LONGEST_RANGE_MS, toMs)
        rows.push(...(await slots(region, `${minuteStamp(startMs)}/${minuteStamp(endMs)}`, abort)))
      }
      const points = rows
        .flatMap(read(national ? 'actual' : 'forecast'))
        .filter(({ startMs }) => startMs >= fromMs && startMs < toMs)
        .map((point) => ({ ...point, estimated: !national }))
      return seriesFrom({ ...about(zone), issuedAtMs: toMs, quality: 'live' }, points, HALF_HOUR_MS)
    },
  }
}
