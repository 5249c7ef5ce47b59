import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { CarbonBasis } from '../../domain/carbon-series.ts'
import { UpstreamMalformed } from '../../domain/errors.ts'
import { msFromSeconds } from '../../domain/units.ts'
import { getShaped, type HttpClient } from '../../platform/http.ts'
import { minuteStamp } from '../instant.ts'
import type { GridProvider } from '../port.ts'
import { type Point, seriesFrom } from '../series-from.ts'
import { providerZone } from '../zones.ts'

const values = Type.Array(Type.Union([Type.Number(), Type.Null()]))
const Answer = Type.Object({
  unix_seconds: Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1 }),
  co2eq: values,
  co2eq_forecast: values,
})
const shape = Compile(Answer)

export interface EnergyChartsOptions {
  readonly baseUrl?: string
  readonly zones?: Readonly<Record<string, string>>
  /** The service says CO2 equivalents and names no basis; read as whole life unless told. */
  readonly basis?: CarbonBasis
  readonly nowMs?: () => number
}

/** No issue time is published; forecasts change with the hour. */
const HOUR_MS = 3_600_000

/**
 * Energy-Charts of Fraunhofer ISE: average, many European countries, measured up to now and forecast
 * to the end of today or tomorrow. Keyless. https://api.energy-charts.info
 */
export function energyCharts(http: HttpClient, options: EnergyChartsOptions = {}): GridProvider {
  const { baseUrl = 'https://api.energy-charts.info', basis = 'lifecycle', zones } = options
  const { nowMs = Date.now } = options
  const name = 'energy-charts'
  const about = (zone: string) => ({ zone, source: name, signal: 'average', basis }) as const

  async function ask(zone: string, range: { start?: string; end?: string }, abort?: AbortSignal) {
    const query = { country: providerZone(name, zone, zones), ...range }
    return getShaped(http, name, shape, { url: `${baseUrl}/co2eq`, query, abort })
  }

  return {
    name,
    signal: 'average',
    basis,
    issuedEveryMs: HOUR_MS,

    async forecast(zone, abort) {
      const answer = await ask(zone, {}, abort)
      const issuedAtMs = Math.floor(nowMs() / HOUR_MS) * HOUR_MS
      const points = pointsOf(name, answer, answer.co2eq_forecast)
      const head = { ...about(zone), issuedAtMs, quality: 'forecast' } as const
      return seriesFrom(head, points, stepOf(answer))
    },

    async history(zone, fromMs, toMs, abort) {
      const answer = await ask(zone, { start: minuteStamp(fromMs), end: minuteStamp(toMs) }, abort)
      const points = pointsOf(name, answer, answer.co2eq)
      const inside = points.filter(({ startMs }) => startMs >= fromMs && startMs < toMs)
      const head = { ...about(zone), issuedAtMs: toMs, quality: 'live' } as const
      return seriesFrom(head, inside, stepOf(answer))
    },
  }
}

/** Of all stamps, not of those with a value: forecasts may be hourly on a quarter-hourly clock. */
function stepOf({ unix_seconds: stamps }: Static<typeof Answer>): number | undefined {
  const steps = stamps
    .slice(1)
    .map((stamp, index) => msFromSeconds(stamp) - msFromSeconds(stamps[index]!))
  const smallest = Math.min(...steps)
  return smallest >= 60_000 && smallest <= HOUR_MS ? smallest : undefined
}

function pointsOf(
  name: string,
  { unix_seconds: stamps }: Static<typeof Answer>,
  column: readonly (number | null)[],
): Point[] {
  if (column.length !== stamps.length) {
    throw new UpstreamMalformed('columns of different lengths', { upstream: name })
  }
  return column.flatMap((carbonGPerKwh, index) =>
    carbonGPerKwh === null ? [] : { startMs: msFromSeconds(stamps[index]!), carbonGPerKwh },
  )
}
