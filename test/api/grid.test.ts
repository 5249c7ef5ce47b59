import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { STATUS_OF } from '../../services/api/problem.ts'
import { carbonAwareSdkAverageRoute } from '../../services/api/routes/carbon-aware-sdk-average.ts'
import { carbonAwareSdkBestLocationRoute } from '../../services/api/routes/carbon-aware-sdk-best-location.ts'
import { carbonAwareSdkByLocationRoute } from '../../services/api/routes/carbon-aware-sdk-by-location.ts'
import { carbonAwareSdkByLocationsRoute } from '../../services/api/routes/carbon-aware-sdk-by-locations.ts'
import { carbonAwareSdkForecastRoute } from '../../services/api/routes/carbon-aware-sdk-forecast.ts'
import { carbonAwareSdkLocationsRoute } from '../../services/api/routes/carbon-aware-sdk-locations.ts'
import { gridForecastRoute } from '../../services/api/routes/grid-forecast.ts'
import { gridHistoryRoute } from '../../services/api/routes/grid-history.ts'
import { gridNowRoute } from '../../services/api/routes/grid-now.ts'
import { gridScoreRoute } from '../../services/api/routes/grid-score.ts'
import { gridStreamRoute } from '../../services/api/routes/grid-stream.ts'
import { SHARED_SCHEMAS } from '../../services/api/schemas/shared.ts'
import { AppError } from '../../services/domain/errors.ts'
import { carbonAwareSdk } from '../../services/grid/adapters/carbon-aware-sdk.ts'
import { memoryArchive, memorySeriesStore } from '../../services/grid/adapters/memory-store.ts'
import { type GridProvider, gridDesk, gridReader } from '../../services/grid/index.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { average, HOUR_MS, hourlySeries, NOW_MS, sunny } from '../forecast/support.ts'

const nowMs = () => NOW_MS
const provider: GridProvider = {
  ...average,
  name: 'fake',
  forecast: async (zone) => ({ ...hourlySeries(NOW_MS, 72, sunny, 'forecast'), zone }),
  history: async (zone, fromMs, toMs) => {
    const hours = Math.floor((toMs - fromMs) / HOUR_MS)
    return { ...hourlySeries(fromMs, hours, sunny), zone }
  },
}
const archive = memoryArchive()
const reader = gridReader({
  providers: [provider],
  measure: average,
  store: memorySeriesStore(),
  archive,
})
const grid = gridDesk({ reader, archive, zones: ['DE', 'SE'], measure: average, nowMs })
const sdk = { grid, nowMs, locations: { westeurope: 'DE' } }

const app = fastify({
  forceCloseConnections: true,
  ajv: { customOptions: { removeAdditional: false } },
}).withTypeProvider<TypeBoxTypeProvider>()
for (const schema of SHARED_SCHEMAS) app.addSchema(schema)
app.setErrorHandler((error, _request, reply) => {
  const code = error instanceof AppError ? (STATUS_OF[error.code] ?? 500) : 400
  return reply.code(code).send({ detail: String(error) })
})
for (const route of [gridNowRoute, gridScoreRoute]) app.register(route, { grid })
for (const route of [gridForecastRoute, gridHistoryRoute]) app.register(route, { grid, nowMs })
app.register(gridStreamRoute, { grid, everyMs: 5 })
for (const route of [
  carbonAwareSdkAverageRoute,
  carbonAwareSdkBestLocationRoute,
  carbonAwareSdkByLocationRoute,
  carbonAwareSdkByLocationsRoute,
  carbonAwareSdkForecastRoute,
  carbonAwareSdkLocationsRoute,
]) {
  app.register(route, sdk)
}
let baseUrl: string
beforeAll(async () => {
  baseUrl = await app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => app.close())
const get = async (url: string) => {
  const { statusCode, body, headers } = await app.inject({ url })
  return { statusCode, body, headers, json: () => JSON.parse(body) }
}

describe('/v1/grid', () => {
  it('answers now, with its rung', async () => {
    const now = (await get('/v1/grid/DE/now')).json()
    expect(now).toMatchObject({ zone: 'DE', rung: 'live', signal: 'average', source: 'provider' })
    expect((await get('/v1/grid/XX/now')).statusCode).toBe(404)
  })

  it('answers the forecast as JSON and as CSV', async () => {
    const { windows } = (await get('/v1/grid/DE/forecast?hours=2&stepMinutes=30')).json()
    expect(windows).toHaveLength(4)
    const csv = await get('/v1/grid/DE/forecast?hours=2&format=csv')
    expect(csv.headers['content-type']).toMatch(/^text\/csv/)
    expect(csv.body.split('\n')[0]).toBe(
      'start_utc,end_utc,carbonGPerKwh,lowGPerKwh,highGPerKwh,quality,source',
    )
    expect(csv.body.trim().split('\n')).toHaveLength(3)
  })

  it('answers history as JSON and as CSV, and refuses a range that ends before it begins', async () => {
    expect((await get('/v1/grid/DE/history')).json().slots).toHaveLength(24)
    const query = 'from=2026-02-28T22:00:00Z&to=2026-03-01T00:00:00Z'
    const csv = await get(`/v1/grid/DE/history?${query}&format=csv`)
    expect(csv.body.trim().split('\n')).toHaveLength(3)
    const odd = 'from=2026-03-01T00:00:00Z&to=2026-02-28T22:00:00Z'
    expect((await get(`/v1/grid/DE/history?${odd}`)).statusCode).toBe(400)
  })

  it('has no score before anything has come true', async () => {
    expect((await get('/v1/grid/DE/score')).statusCode).toBe(404)
  })

  it('streams the zone at once, and only what changes', async () => {
    const abort = new AbortController()
    const answer = await fetch(`${baseUrl}/v1/grid/DE/stream`, { signal: abort.signal })
    const chunks = answer.body!.getReader()
    const read = async () => new TextDecoder().decode((await chunks.read()).value)
    expect(await read()).toMatch(/^event: grid.changed\ndata: {"zone":"DE"/)
    expect(await read()).toBe(': nothing new\n\n')
    abort.abort()
    expect((await fetch(`${baseUrl}/v1/grid/XX/stream`)).status).toBe(404)
  })
})

describe('a Carbon Aware SDK client', () => {
  it('reads the forecast and history unchanged', async () => {
    const client = carbonAwareSdk(axiosHttp(), { baseUrl, zones: { DE: 'westeurope' } })
    const forecast = await client.forecast('DE')
    expect(forecast.slots).toHaveLength(72)
    expect(forecast.slots[1]!.carbonGPerKwh).toBeCloseTo(sunny(NOW_MS + HOUR_MS), 6)
    const past = await client.history!('DE', NOW_MS - 3 * HOUR_MS, NOW_MS)
    expect(past.slots.map(({ carbonGPerKwh }) => carbonGPerKwh)).toHaveLength(3)
  })

  it('gets rolling means and the best of them', async () => {
    const query = 'location=westeurope&location=SE&windowSize=240'
    const [first, second] = (await get(`/emissions/forecasts/current?${query}`)).json()
    expect(first).toMatchObject({ location: 'westeurope', windowSize: 240 })
    expect(second.location).toBe('SE')
    const values = first.forecastData.map(({ value }: { value: number }) => value)
    expect(first.optimalDataPoints[0].value).toBe(Math.min(...values))
    expect(first.forecastData).toHaveLength(69)
  })

  it('gets emissions of several places, the best one, a mean and the names', async () => {
    const two = (await get('/emissions/bylocations?location=westeurope&location=SE')).json()
    expect(two.map(({ location }: { location: string }) => location)).toEqual(['westeurope', 'SE'])
    const best = (await get('/emissions/bylocations/best?location=DE')).json()
    expect(best[0]).toMatchObject({ duration: '01:00:00' })
    const span = 'startTime=2026-02-28T20:00:00Z&endTime=2026-02-28T22:00:00Z'
    const mean = (await get(`/emissions/average-carbon-intensity?location=DE&${span}`)).json()
    const at = (hour: number) => sunny(Date.parse(`2026-02-28T${hour}:00Z`))
    expect(mean.carbonIntensity).toBeCloseTo((at(20) + at(21)) / 2, 6)
    expect((await get('/locations')).json()).toHaveProperty('westeurope')
  })

  it.each([
    ['an unknown place', '/emissions/bylocation?location=moon'],
    ['a parameter the SDK would ignore', '/emissions/bylocation?location=DE&startTime=2026-01-01'],
    ['a time that is none', '/emissions/bylocation?location=DE&time=soon'],
    ['an end before the start', '/emissions/bylocation?location=DE&toTime=2020-01-01T00:00:00Z'],
    [
      'data before the forecast',
      '/emissions/forecasts/current?location=DE&dataStartAt=2020-01-01T00:00:00Z',
    ],
    [
      'data beyond the forecast',
      '/emissions/forecasts/current?location=DE&dataEndAt=2030-01-01T00:00:00Z',
    ],
    [
      'a window that does not fit',
      '/emissions/forecasts/current?location=DE&windowSize=60&dataEndAt=2026-03-01T00:30:00Z',
    ],
    [
      'an empty stretch',
      '/emissions/average-carbon-intensity?location=DE&startTime=2026-01-01T00:00Z&endTime=2026-01-01T00:00Z',
    ],
  ])('is told of %s', async (_what, url) => {
    expect((await get(url)).statusCode).toBe(400)
  })

  it('gets 204 where nothing is held', async () => {
    const time = '2020-01-01T00:00:00Z'
    const places = `/emissions/bylocation?location=DE&time=${time}&toTime=${time}`
    expect((await get(places)).statusCode).toBe(204)
    expect((await get(places.replace('bylocation', 'bylocations'))).statusCode).toBe(204)
    expect((await get(places.replace('bylocation', 'bylocations/best'))).statusCode).toBe(204)
  })
})
