import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { UpstreamMalformed } from '../../domain/errors.ts'
import { getShaped, type HttpClient } from '../../platform/http.ts'
import { type Fuel, type Generation, mixProvider } from '../fuel-mix.ts'
import { instantMs } from '../instant.ts'
import type { GridProvider } from '../port.ts'

const Row = Type.Object({
  period: Type.String(),
  respondent: Type.String(),
  fueltype: Type.String(),
  value: Type.Union([Type.String(), Type.Number(), Type.Null()]),
  'value-units': Type.Literal('megawatthours'),
})
const shape = Compile(Type.Object({ response: Type.Object({ data: Type.Array(Row) }) }))

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

  const madeBy =
    (respondent: string) =>
    (row: Static<typeof Row>): Generation[] => {
      if (row.respondent !== respondent) {
        const message = `asked for ${respondent}, got ${row.respondent}`
        throw new UpstreamMalformed(message, { upstream: name })
      }
      const fuel = FUELS[row.fueltype]
      const mwh = row.value === null || row.value === '' ? Number.NaN : Number(row.value)
      if (!fuel || Number.isNaN(mwh)) return []
      return [{ startMs: instantMs(name, `${row.period}:00`, true) - HOUR_MS, fuel, mwh }]
    }

  return mixProvider({
    name,
    zones,
    async generation(respondent, fromMs, toMs, abort) {
      const rows = []
      for (let offset = 0; ; offset += PAGE_ROWS) {
        const more = await page(respondent, fromMs, toMs, offset, abort)
        rows.push(...more)
        if (more.length < PAGE_ROWS) break
      }
      return rows.flatMap(madeBy(respondent))
    },
  })
}
