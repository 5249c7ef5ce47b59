import { describe, expect, it } from 'vitest'
import { NotFound, UpstreamMalformed } from '../../services/domain/errors.ts'
import { carbonAwareSdk } from '../../services/grid/adapters/carbon-aware-sdk.ts'
import { eia } from '../../services/grid/adapters/eia.ts'
import { energinet } from '../../services/grid/adapters/energinet.ts'
import { energyCharts } from '../../services/grid/adapters/energy-charts.ts'
import { entsoe } from '../../services/grid/adapters/entsoe.ts'
import { httpJson } from '../../services/grid/adapters/http-json.ts'
import { describeGridProvider } from '../contracts/grid-provider.contract.ts'
import { scriptedHttp } from '../support/scripted-http.ts'

const T0_MS = Date.parse('2026-03-01T00:00Z')
const HOUR_MS = 3_600_000
const nowMs = () => T0_MS
const at = (hours: number) => new Date(T0_MS + hours * HOUR_MS).toISOString()

const charts = {
  unix_seconds: [-2, -1, 0, 1].map((hour) => (T0_MS + hour * HOUR_MS) / 1000),
  co2eq: [310, 300, null, null],
  co2eq_forecast: [null, null, 290, 280.5],
}
describeGridProvider({
  name: 'Energy-Charts',
  make: (http) => energyCharts(http, { nowMs }),
  service: () => ({ json: charts }),
  zone: 'DE',
  forecastG: [290, 280.5],
  history: { fromMs: T0_MS - HOUR_MS, toMs: T0_MS, firstG: 300 },
})

const record = (stamp: string, CO2Emission: number | null, PriceArea = 'DK1') => ({
  Minutes5UTC: stamp,
  Minutes5DK: 'ignored',
  PriceArea,
  CO2Emission,
})
const prognosis = {
  records: [
    record('2026-02-28T23:55:00', 70),
    record('2026-03-01T00:00:00', 60),
    record('2026-03-01T00:05:00', 55),
    record('2026-03-01T00:10:00', null),
    record('2026-03-01T00:00:00', 999, 'DK2'),
  ],
}
describeGridProvider({
  name: 'Energinet',
  make: (http) => energinet(http, { nowMs }),
  service: () => ({ json: prognosis }),
  zone: 'DK-DK1',
  forecastG: [60, 55],
  history: { fromMs: T0_MS - HOUR_MS, toMs: T0_MS, firstG: 70 },
})

const fuelRow = (fueltype: string, value: string | null, hour: number) => ({
  period: at(hour).slice(0, 13),
  respondent: 'CISO',
  fueltype,
  value,
  'value-units': 'megawatthours',
})
const fuels = {
  response: {
    data: [
      fuelRow('NG', '1000', 0),
      fuelRow('SUN', '1000', 0),
      fuelRow('BAT', '500', 0),
      fuelRow('WAT', '-50', 0),
      fuelRow('COL', null, 0),
      fuelRow('SUN', '10', 1),
    ],
  },
}
describeGridProvider({
  name: 'EIA',
  make: (http) => eia(http, { apiKey: 'k' }),
  service: () => ({ json: fuels }),
  zone: 'US-CAL-CISO',
  // 1,000 MWh of gas and of sun, in the hour that ends at the stamp: (490 + 45) / 2.
  history: { fromMs: T0_MS - HOUR_MS, toMs: T0_MS + HOUR_MS, firstG: 267.5 },
})

const timeSeries = (
  psrType: string,
  points: string,
  domain = 'inBiddingZone_Domain.mRID',
  resolution = 'PT60M',
) =>
  `<TimeSeries><${domain} codingScheme="A01">10Y1001A1001A82H</${domain}>
  <MktPSRType><psrType>${psrType}</psrType></MktPSRType><Period>
  <timeInterval><start>2026-03-01T00:00Z</start><end>2026-03-01T02:00Z</end></timeInterval>
  <resolution>${resolution}</resolution>${points}</Period></TimeSeries>`
const point = (position: number, quantity: number) =>
  `<Point><position>${position}</position><quantity>${quantity}</quantity></Point>`
const document = (body: string) =>
  `<?xml version="1.0"?><GL_MarketDocument>${body}</GL_MarketDocument>`
const generation = document(
  timeSeries('B02', point(1, 100)) + // the second hour repeats the first and is left out
    timeSeries('B19', point(1, 300) + point(5, 100), undefined, 'PT15M') +
    timeSeries('B10', point(1, 900)) +
    timeSeries('B04', point(1, 77), 'outBiddingZone_Domain.mRID'),
)
describeGridProvider({
  name: 'ENTSO-E',
  make: (http) => entsoe(http, { token: 't' }),
  service: () => ({ json: generation }),
  zone: 'DE',
  history: { fromMs: T0_MS, toMs: T0_MS + 2 * HOUR_MS, firstG: (100 * 820 + 300 * 11) / 400 },
})

const sdkForecast = [
  {
    generatedAt: at(0),
    forecastData: [
      { location: 'IE', timestamp: at(0), duration: 60, value: 532 },
      { location: 'IE', timestamp: at(1), duration: 60, value: 448.4 },
    ],
  },
]
const sdkEmissions = [
  { location: 'eu', time: at(-1), rating: 70, duration: '01:00:00' },
  { location: 'eu', time: at(0), rating: 80, duration: '01:00:00' },
]
describeGridProvider({
  name: 'Carbon Aware SDK',
  make: (http) => carbonAwareSdk(http, { baseUrl: 'http://sdk', zones: { IE: 'northeurope' } }),
  service: ({ url, query }) =>
    query?.location === 'northeurope'
      ? { json: url.includes('forecasts') ? sdkForecast : sdkEmissions }
      : { status: 400 },
  zone: 'IE',
  forecastG: [532, 448.4],
  history: { fromMs: T0_MS - HOUR_MS, toMs: T0_MS, firstG: 70 },
})

const own = {
  items: [
    { when: at(0), g: 100 },
    { when: at(0.5), g: 90 },
  ],
}
const mapping = {
  url: 'https://grid.example/{zone}',
  slots: '$.items[*]',
  timeField: 'when',
  valueField: 'g',
  slotMinutes: 30,
  nowMs,
}
describeGridProvider({
  name: 'any JSON endpoint',
  make: (http) => httpJson(http, mapping),
  service: ({ url }) => (url.endsWith('/DE') ? { json: own } : { status: 404 }),
  zone: 'DE',
  forecastG: [100, 90],
})

describe('Energy-Charts', () => {
  it('refuses columns of different lengths, and takes a lone stamp for an hour', async () => {
    const odd = { ...charts, co2eq_forecast: [1] }
    const refused = energyCharts(
      scriptedHttp(() => ({ json: odd })),
      { nowMs },
    ).forecast('DE')
    await expect(refused).rejects.toBeInstanceOf(UpstreamMalformed)
    const lone = { unix_seconds: [T0_MS / 1000], co2eq: [null], co2eq_forecast: [5] }
    const { slots } = await energyCharts(
      scriptedHttp(() => ({ json: lone })),
      { nowMs },
    ).forecast('DE')
    expect(slots[0]!.endMs - slots[0]!.startMs).toBe(HOUR_MS)
  })
})

describe('generation mixes', () => {
  it('have no forecast', async () => {
    const silent = scriptedHttp(() => ({ down: true }))
    await expect(eia(silent, { apiKey: 'k' }).forecast('US-CAL-CISO')).rejects.toBeInstanceOf(
      NotFound,
    )
    await expect(entsoe(silent, { token: 't' }).forecast('DE')).rejects.toBeInstanceOf(NotFound)
  })

  it('leave out an hour in which most plants have not reported', async () => {
    const provider = eia(
      scriptedHttp(() => ({ json: fuels })),
      { apiKey: 'k' },
    )
    const { slots } = await provider.history!('US-CAL-CISO', T0_MS - HOUR_MS, T0_MS + HOUR_MS)
    expect(slots.map(({ startMs }) => startMs)).toEqual([T0_MS - HOUR_MS])
  })

  it('refuse another respondent and another resolution', async () => {
    const other = structuredClone(fuels)
    other.response.data[0]!.respondent = 'PJM'
    const wrong = eia(
      scriptedHttp(() => ({ json: other })),
      { apiKey: 'k' },
    )
    await expect(wrong.history!('US-CAL-CISO', T0_MS, T0_MS + HOUR_MS)).rejects.toThrow(/PJM/)
    const daily = document(timeSeries('B02', point(1, 1), undefined, 'P1D'))
    const coarse = entsoe(
      scriptedHttp(() => ({ json: daily })),
      { token: 't' },
    )
    await expect(coarse.history!('DE', T0_MS, T0_MS + HOUR_MS)).rejects.toThrow(/P1D/)
  })

  it('page through what does not fit one answer', async () => {
    const many = Array.from({ length: 5000 }, () => fuelRow('NG', '1', 0))
    const http = scriptedHttp(({ query }) => ({
      json: { response: { data: query?.offset === 0 ? many : fuels.response.data } },
    }))
    await eia(http, { apiKey: 'k' }).history!('US-CAL-CISO', T0_MS - HOUR_MS, T0_MS)
    expect(http.requests).toHaveLength(2)
  })
})

describe('Carbon Aware SDK', () => {
  it('refuses points of different durations, and durations that are none', async () => {
    const uneven = structuredClone(sdkForecast)
    uneven[0]!.forecastData[1]!.duration = 5
    const options = { baseUrl: 'http://sdk' }
    const first = carbonAwareSdk(
      scriptedHttp(() => ({ json: uneven })),
      options,
    )
    await expect(first.forecast('IE')).rejects.toThrow(/durations/)
    const odd = [{ ...sdkEmissions[0], duration: 'soon' }]
    const second = carbonAwareSdk(
      scriptedHttp(() => ({ json: odd })),
      options,
    )
    await expect(second.history!('IE', 0, T0_MS)).rejects.toThrow(/duration soon/)
  })
})

describe('any JSON endpoint', () => {
  it('never runs code from its path', () => {
    const make = (slots: string) => () =>
      httpJson(
        scriptedHttp(() => ({})),
        { ...mapping, slots },
      )
    expect(make('$..[?(@.g>1)]')).toThrow(/may not compute/)
    expect(make('$[(@.length-1)]')).toThrow(/may not compute/)
  })
})
