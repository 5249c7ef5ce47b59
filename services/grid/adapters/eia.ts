import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { NotFound, UpstreamMalformed } from '../../domain/errors.ts'
import { getShaped, type HttpClient } from '../../platform/http.ts'
import { type Fuel, type Generation, intensityOfMix } from '../fuel-mix.ts'
import { instantMs } from '../instant.ts'
import type { GridProvider } from '../port.ts'
import { seriesFrom } from '../series-from.ts'
import { providerZone } from '../zones.ts'

const shape = Compile(
  Type.Object({
    response: Type.Object({
      data: Type.Array(
        Type.Object({
          period: Type.String(),
          respondent: Type.String(),
          fueltype: Type.String(),
          value: Type.Union([Type.String(), Type.Number(), Type.Null()]),
          'value-units': Type.Literal('megawatthours'),
        }),
      ),
    }),
  }),
)

export interface EiaOptions {
  readonly apiKey: string
  readonly baseUrl?: string
  readonly zones?: Readonly<Record<string, string>>
}

/** Storage (BAT, PS) moves energy, it makes none. */
const FUELS: Readonly<Record<string, Fuel>> = {
  COL: 'coal',
  NG: 'gas',
  OIL: 'oil',
  NUC: 'nuclear',
  WAT: 'hydro',
  SUN: 'solar',
  WND: 'wind',
  GEO: 'geothermal',
  BIO: 'biomass',
  OTH: 'other',
}
const HOUR_MS = 3_600_000
const PAGE_ROWS = 5000

/**
 * EIA Hourly Electric Grid Monitor (v2): generation by fuel of a balancing authority, turned into a
 * lifecycle average by our factors. History only. https://www.eia.gov/opendata
 */
export function eia(http: HttpClient, options: EiaOptions): GridProvider {
  const { apiKey, baseUrl = 'https://api.eia.gov', zones } = options
  const name = 'eia'

  async function page(
    respondent: string,
    fromMs: number,
    toMs: number,
    offset: number,
    abort?: AbortSignal,
  ) {
    const hour = (atMs: number) => new Date(atMs).toISOString().slice(0, 13)
    const query = {
      api_key: apiKey,
      frequency: 'hourly',
      'data[0]': 'value',
      'facets[respondent][]': respondent,
      // Their stamp is the hour's end.
      start: hour(fromMs + HOUR_MS),
      end: hour(toMs),
      'sort[0][column]': 'period',
      'sort[0][direction]': 'asc',
      length: PAGE_ROWS,
      offset,
    }
    const url = `${baseUrl}/v2/electricity/rto/fuel-type-data/data/`
    return (await getShaped(http, name, shape, { url, query, abort })).response.data
  }

  return {
    name,
    signal: 'average',
    basis: 'lifecycle',

    async forecast(zone) {
      providerZone(name, zone, zones)
      throw new NotFound(`${name}: generation has no forecast`)
    },

    async history(zone, fromMs, toMs, abort) {
      const respondent = providerZone(name, zone, zones)
      const rows = []
      for (let offset = 0; ; offset += PAGE_ROWS) {
        const more = await page(respondent, fromMs, toMs, offset, abort)
        rows.push(...more)
        if (more.length < PAGE_ROWS) break
      }
      const generation = rows.flatMap(
        ({ period, fueltype, value, respondent: theirs }): Generation[] => {
          if (theirs !== respondent) {
            throw new UpstreamMalformed(`asked for ${respondent}, got ${theirs}`, {
              upstream: name,
            })
          }
          const fuel = FUELS[fueltype]
          const mwh = value === null || value === '' ? Number.NaN : Number(value)
          if (!fuel || Number.isNaN(mwh)) return []
          return [{ startMs: instantMs(name, `${period}:00`, true) - HOUR_MS, fuel, mwh }]
        },
      )
      const inside = intensityOfMix(generation).filter(
        ({ startMs }) => startMs >= fromMs && startMs < toMs,
      )
      const about = { zone, source: name, signal: 'average', basis: 'lifecycle' } as const
      return seriesFrom({ ...about, issuedAtMs: toMs, quality: 'live' }, inside, HOUR_MS)
    },
  }
}
