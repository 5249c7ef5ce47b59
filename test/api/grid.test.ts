import { connect } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildApp } from '../../services/api/app.ts'
import { openStreams } from '../../services/api/events/open-streams.ts'
import { gridStreamRoute } from '../../services/api/routes/grid-stream.ts'
import { SHARED_SCHEMAS } from '../../services/api/schemas/shared.ts'
import { carbonAwareSdk } from '../../services/grid/adapters/carbon-aware-sdk.ts'
import { memoryArchive, memorySeriesStore } from '../../services/grid/adapters/memory-store.ts'
import { type GridProvider, gridDesk, gridReader, zoneBoard } from '../../services/grid/index.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { average, HOUR_MS, hourlySeries, NOW_MS, sunny } from '../forecast/support.ts'
import { memoryPorts } from './memory-ports.ts'

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
const zones = ['DE', 'SE']
const board = zoneBoard({ reader, zones, nowMs })
const grid = gridDesk({ board, archive, sources: ['provider'], zones, measure: average, nowMs })

/** The whole application, with a grid behind it. */
let app: FastifyInstance
let baseUrl: string
beforeAll(async () => {
  const ports = { ...memoryPorts(), grid, gridLocations: { westeurope: 'DE' } }
  const security = { mode: 'open', tenant: 'default' } as const
  app = await buildApp(ports, { version: '0', security, nowMs })
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
    const csv = (await get('/v1/grid/DE/now?format=csv')).body.split('\n')
    expect(csv[0]).toMatch(/^start_utc,.*,quality,source,timeShift$/)
    expect(csv[1]).toMatch(/,forecast,provider,$/)
  })

  it('answers the forecast as JSON and as CSV', async () => {
    const { windows } = (await get('/v1/grid/DE/forecast?hours=2&stepMinutes=30')).json()
    expect(windows).toHaveLength(4)
    const csv = await get('/v1/grid/DE/forecast?hours=2&format=csv')
    expect(csv.headers['content-type']).toMatch(/^text\/csv/)
    expect(csv.body.split('\n')[0]).toBe(
      'start_utc,end_utc,carbonGPerKwh,lowGPerKwh,highGPerKwh,quality,source,timeShift',
    )
    expect(csv.body.trim().split('\n')).toHaveLength(3)
  })

  it('answers history as JSON and as CSV, and refuses a range that ends before it begins', async () => {
    expect((await get('/v1/grid/DE/history')).json().slots).toHaveLength(24)
    const query = 'from=2026-02-28T22:00:00Z&to=2026-03-01T00:00:00Z'
    const csv = await get(`/v1/grid/DE/history?${query}&format=csv`)
    expect(csv.body.trim().split('\n')).toHaveLength(3)
    expect(csv.body).toMatch(/,live,meter\n$/)
    const odd = 'from=2026-03-01T00:00:00Z&to=2026-02-28T22:00:00Z'
    expect((await get(`/v1/grid/DE/history?${odd}`)).statusCode).toBe(400)
  })

  it('has no score before anything has come true', async () => {
    expect((await get('/v1/grid/DE/score')).statusCode).toBe(404)
  })

  it('scores what has come true, as JSON and as a line of CSV a contender', async () => {
    for (let day = 3; day >= 1; day--) {
      const issuedAtMs = NOW_MS - day * 24 * HOUR_MS
      const told = (ms: number) => 1.1 * sunny(ms)
      await archive.append({ ...hourlySeries(issuedAtMs, 72, told, 'forecast'), zone: 'SE' })
    }
    const score = (await get('/v1/grid/SE/score')).json()
    expect(score.issues).toBe(3)
    expect(score.mapeByDay.provider[0]).toBeCloseTo(10, 6)
    const csv = await get('/v1/grid/SE/score?format=csv')
    expect(csv.headers['content-type']).toMatch(/^text\/csv/)
    const [head, ...lines] = csv.body.trim().split('\n')
    expect(head).toBe(
      'forecast,mapePctDay1,mapePctDay2,mapePctDay3,captured4hOf24Pct,captured24hOf48Pct,coverage80Pct',
    )
    expect(lines.map((line) => line.split(',')[0])).toEqual(['provider', 'sevenDayMean', 'blend'])
    const cells = lines.map((line) => line.split(','))
    for (const each of cells) expect(each).toHaveLength(7)
    expect(Number(cells[0]![1])).toBeCloseTo(10, 6)
    expect([cells[0]![6], Number(cells[2]![6])]).toEqual(['', score.coverage80Pct])
  })

  it('streams the zone at once, and refuses one that it does not know', async () => {
    expect((await get('/v1/grid/XX/stream')).statusCode).toBe(404)
    const answer = await fetch(`${baseUrl}/v1/grid/DE/stream`)
    const chunks = answer.body!.getReader()
    let text = ''
    while (!text.endsWith('}\n\n')) text += new TextDecoder().decode((await chunks.read()).value)
    expect(text).toMatch(/^retry: 2000\n\nevent: grid.changed\ndata: {"zone":"DE"/)
    // Still open: closing the application ends it.
  })

  it('streams only what changes', async () => {
    const quick = fastify()
    for (const schema of SHARED_SCHEMAS) quick.addSchema(schema)
    const stillCalls = async () => true
    const streams = openStreams(quick, { metrics: new Registry(), most: 1, stillCalls })
    quick.register(gridStreamRoute, { grid, streams, everyMs: 5 })
    const url = await quick.listen({ port: 0, host: '127.0.0.1' })
    const chunks = (await fetch(`${url}/v1/grid/DE/stream`)).body!.getReader()
    const read = async () => new TextDecoder().decode((await chunks.read()).value)
    let text = ''
    while (!text.endsWith(': nothing new\n\n')) text += await read()
    expect(text).toMatch(/^retry: 2000\n\nevent: grid.changed\ndata: .*\n\n(: nothing new\n\n)+$/)
    await quick.close()
  })
})

it('cuts a stream that does not read', async () => {
  const quick = fastify()
  for (const schema of SHARED_SCHEMAS) quick.addSchema(schema)
  const metrics = new Registry()
  const streams = openStreams(quick, { metrics, most: 1, stillCalls: async () => true })
  let looks = 0
  const large = { now: async () => `${looks++}${'x'.repeat(1e6)}` } as unknown as typeof grid
  quick.register(gridStreamRoute, { grid: large, streams, everyMs: 5 })
  const { port } = new URL(await quick.listen({ port: 0, host: '127.0.0.1' }))
  const socket = connect(Number(port), '127.0.0.1').pause()
  socket.write('GET /v1/grid/DE/stream HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const patience = { timeout: 15_000 }
  await vi.waitFor(
    async () => expect(await metrics.metrics()).toContain('gridtide_event_stream_cut_total 1'),
    patience,
  )
  await vi.waitFor(
    async () => expect(await metrics.metrics()).toContain('gridtide_event_stream_clients 0'),
    patience,
  )
  socket.destroy()
  await quick.close()
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
    const stretch = (location: string, from: number, to: number) => ({
      location,
      startTime: `2026-02-28T${from}:00:00Z`,
      endTime: `2026-02-28T${to}:00:00Z`,
    })
    const batch = await app.inject({
      method: 'POST',
      url: '/emissions/average-carbon-intensity/batch',
      payload: [stretch('westeurope', 20, 21), stretch('DE', 20, 22)],
    })
    const means = batch.json().map((each: { carbonIntensity: number }) => each.carbonIntensity)
    expect(means[0]).toBeCloseTo(at(20), 6)
    expect(means[1]).toBe(mean.carbonIntensity)
    expect((await get('/locations')).json()).toEqual({
      westeurope: { Name: 'westeurope' },
      DE: { Name: 'DE' },
      SE: { Name: 'SE' },
    })
  })

  const batch = (payload: object[]) =>
    app.inject({ method: 'POST', url: '/emissions/forecasts/batch', payload })

  it('gets a forecast as it stood when it is said to have been asked for', async () => {
    const issue = hourlySeries(NOW_MS - 30 * HOUR_MS, 24, (ms) => sunny(ms) + 7, 'forecast')
    await archive.append(issue)
    const requestedAt = '2026-02-27T20:00:00Z'
    const answer = await batch([
      { requestedAt, location: 'westeurope' },
      { requestedAt, location: 'DE', windowSize: 240, dataStartAt: '2026-02-28T00:00:00Z' },
    ])
    const [raw, rolling] = answer.json()
    expect(raw).toMatchObject({
      requestedAt: '2026-02-27T20:00:00+00:00',
      generatedAt: '2026-02-27T18:00:00+00:00',
      location: 'westeurope',
      windowSize: 60,
    })
    expect(raw.forecastData).toHaveLength(24)
    expect(raw.forecastData[3].value).toBeCloseTo(sunny(NOW_MS - 27 * HOUR_MS) + 7, 6)
    expect(rolling.forecastData).toHaveLength(15)
    const first = [0, 1, 2, 3].map((hour) => raw.forecastData[6 + hour].value)
    expect(rolling.forecastData[0].value).toBeCloseTo(first.reduce((a, b) => a + b) / 4, 6)
    const values = rolling.forecastData.map(({ value }: { value: number }) => value)
    expect(rolling.optimalDataPoints[0].value).toBe(Math.min(...values))
  })

  it.each([
    ['of one issued by nobody', { requestedAt: '2020-01-01T00:00:00Z', location: 'DE' }, 404],
    ['asked for in the future', { requestedAt: '2030-01-01T00:00:00Z', location: 'DE' }, 400],
    ['of an unknown place', { requestedAt: '2026-02-27T20:00:00Z', location: 'moon' }, 400],
    ['without its time', { location: 'DE' }, 400],
  ])('is told of a past forecast %s', async (_what, asked, status) => {
    const answer = await batch([asked])
    expect(answer.statusCode).toBe(status)
  })

  it('is told which entry of a batch is wrong', async () => {
    const good = { requestedAt: '2026-02-27T20:00:00Z', location: 'DE' }
    const answer = await batch([good, { ...good, dataEndAt: '2026-03-20T00:00:00Z' }])
    expect(answer.json().issues).toMatchObject([{ path: '/body/1/dataEndAt' }])
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

  it('gets 204 where nothing is held, and no mean of it', async () => {
    const time = '2020-01-01T00:00:00Z'
    const places = `/emissions/bylocation?location=DE&time=${time}&toTime=${time}`
    expect((await get(places)).statusCode).toBe(204)
    expect((await get(places.replace('bylocation', 'bylocations'))).statusCode).toBe(204)
    expect((await get(places.replace('bylocation', 'bylocations/best'))).statusCode).toBe(204)
    const stretch = 'startTime=2020-01-01T00:00:00Z&endTime=2020-01-01T01:00:00Z'
    const mean = `/emissions/average-carbon-intensity?location=DE&${stretch}`
    expect((await get(mean)).statusCode).toBe(404)
  })
})
