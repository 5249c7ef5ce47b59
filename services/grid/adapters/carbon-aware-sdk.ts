import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { CarbonBasis, CarbonSignal } from '../../domain/carbon-series.ts'
import { UpstreamMalformed } from '../../domain/errors.ts'
import { getShaped, type HttpClient } from '../../platform/http.ts'
import { instantMs } from '../instant.ts'
import type { GridProvider } from '../port.ts'
import { seriesFrom } from '../series-from.ts'

const forecastShape = Compile(
  Type.Array(
    Type.Object({
      generatedAt: Type.String(),
      forecastData: Type.Array(
        Type.Object({
          timestamp: Type.String(),
          duration: Type.Number({ exclusiveMinimum: 0, maximum: 1440 }),
          value: Type.Number(),
        }),
      ),
    }),
    { minItems: 1 },
  ),
)
const emissionsShape = Compile(
  Type.Array(Type.Object({ time: Type.String(), rating: Type.Number(), duration: Type.String() }), {
    minItems: 1,
  }),
)

export interface CarbonAwareSdkOptions {
  readonly baseUrl: string
  /** The SDK does not say which upstream it stands on; whoever runs it knows. */
  readonly signal?: CarbonSignal
  readonly basis?: CarbonBasis
  /** Zone key of the fleet file -> the SDK's location, e.g. `westeurope`. */
  readonly zones?: Readonly<Record<string, string>>
}

const MINUTE_MS = 60_000

/** A Carbon Aware SDK web API as upstream. https://carbon-aware-sdk.greensoftware.foundation */
export function carbonAwareSdk(http: HttpClient, options: CarbonAwareSdkOptions): GridProvider {
  const { baseUrl, signal = 'average', basis = 'lifecycle', zones = {} } = options
  const name = 'carbon-aware-sdk'
  const about = (zone: string) => ({ zone, source: name, signal, basis })
  const locationOf = (zone: string) => zones[zone] ?? zone

  return {
    name,
    signal,
    basis,

    /** Without `windowSize`, which would answer rolling means in place of values. */
    async forecast(zone, abort) {
      const url = `${baseUrl}/emissions/forecasts/current`
      const request = { url, query: { location: locationOf(zone) }, abort }
      const [forecast] = await getShaped(http, name, forecastShape, request)
      const { generatedAt, forecastData } = forecast!
      const durations = new Set(forecastData.map(({ duration }) => duration))
      if (durations.size !== 1) {
        throw new UpstreamMalformed('points of different durations', { upstream: name })
      }
      return seriesFrom(
        { ...about(zone), issuedAtMs: instantMs(name, generatedAt), quality: 'forecast' },
        forecastData.map(({ timestamp, value }) => ({
          startMs: instantMs(name, timestamp),
          carbonGPerKwh: value,
        })),
        [...durations][0]! * MINUTE_MS,
      )
    },

    /** `time` and `toTime`: other names are ignored in silence, and now is answered. */
    async history(zone, fromMs, toMs, abort) {
      const time = new Date(fromMs).toISOString()
      const query = { location: locationOf(zone), time, toTime: new Date(toMs).toISOString() }
      const request = { url: `${baseUrl}/emissions/bylocation`, query, abort }
      const rows = await getShaped(http, name, emissionsShape, request)
      const points = rows
        .map((row) => ({ startMs: instantMs(name, row.time), carbonGPerKwh: row.rating }))
        .filter(({ startMs }) => startMs >= fromMs && startMs < toMs)
      const head = { ...about(zone), issuedAtMs: toMs, quality: 'live' } as const
      return seriesFrom(head, points, durationMs(name, rows[0]!.duration))
    },
  }
}

/** `hh:mm:ss`, or `d.hh:mm:ss`. */
function durationMs(name: string, text: string): number {
  const [, days = '0', hours, minutes] = /^(?:(\d+)\.)?(\d{2}):(\d{2}):\d{2}$/.exec(text) ?? []
  const lengthMs = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * MINUTE_MS
  if (!(lengthMs > 0)) throw new UpstreamMalformed(`duration ${text}`, { upstream: name })
  return lengthMs
}
