import { describe, expect, it } from 'vitest'
import { NotFound, UpstreamMalformed, UpstreamRefused } from '../../services/domain/errors.ts'
import { wattTime } from '../../services/grid/adapters/watttime.ts'
import { describeGridProvider } from '../contracts/grid-provider.contract.ts'
import answers from '../fixtures/grid/watttime.json' with { type: 'json' }
import { type Script, scriptedHttp } from '../support/scripted-http.ts'

const FROM_MS = Date.parse('2026-02-28T00:00Z')
const DAY_MS = 86_400_000
const account = { user: 'u', password: 'p' }
const service: Script = ({ url }) => {
  if (url.endsWith('/login')) return { json: answers.login }
  if (url.endsWith('/v3/forecast')) return { json: answers.forecast }
  if (url.endsWith('/v3/my-access')) return { json: answers.access }
  return { json: answers.historical }
}

describeGridProvider({
  name: 'WattTime',
  make: (http) => wattTime(http, account),
  service,
  zone: 'US-CAL-CISO',
  forecastG: [453.59237, 0],
  history: { fromMs: FROM_MS, toMs: FROM_MS + DAY_MS, firstG: 226.796185 },
})

describe('WattTime', () => {
  it('logs in once for calls that wait together, and again a minute before the token dies', async () => {
    let nowMs = 0
    const http = scriptedHttp(service)
    const provider = wattTime(http, { ...account, monotonicMs: () => nowMs })
    const logins = () => http.requests.filter(({ url }) => url.endsWith('/login')).length
    await Promise.all([provider.forecast('US-CAL-CISO'), provider.forecast('US-CAL-CISO')])
    expect(logins()).toBe(1)
    nowMs = 29 * 60_000 - 1
    await provider.forecast('US-CAL-CISO')
    expect(logins()).toBe(1)
    nowMs = 29 * 60_000
    await provider.forecast('US-CAL-CISO')
    expect(logins()).toBe(2)
  })

  it('renews a token the service revoked, once', async () => {
    let refusals = 0
    const http = scriptedHttp((request) => {
      const refuse = request.url.endsWith('/v3/forecast') && refusals > 0
      if (refuse) refusals--
      return refuse ? { status: 401 } : service(request)
    })
    const provider = wattTime(http, account)
    await provider.forecast('US-CAL-CISO')
    refusals = 1
    await expect(provider.forecast('US-CAL-CISO')).resolves.toBeDefined()
    refusals = 2
    await expect(provider.forecast('US-CAL-CISO')).rejects.toBeInstanceOf(UpstreamRefused)
  })

  it('does not keep a failed login', async () => {
    let down = true
    const provider = wattTime(
      scriptedHttp((request) => (down ? { down: true } : service(request))),
      account,
    )
    await expect(provider.forecast('US-CAL-CISO')).rejects.toThrow()
    down = false
    await expect(provider.forecast('US-CAL-CISO')).resolves.toBeDefined()
  })

  it('refuses another unit', async () => {
    const percent = structuredClone(answers.forecast)
    percent.meta.units = 'percentile'
    const provider = wattTime(
      scriptedHttp((request) =>
        request.url.endsWith('/v3/forecast') ? { json: percent } : service(request),
      ),
      account,
    )
    await expect(provider.forecast('US-CAL-CISO')).rejects.toBeInstanceOf(UpstreamMalformed)
  })

  it('pages history by day and keeps the mark of imputed values', async () => {
    const http = scriptedHttp((request) => {
      if (request.url.endsWith('/login')) return { json: answers.login }
      const start = String(request.query?.start)
      const data = [{ point_time: start, value: 100, imputed_data_used: true }]
      return { json: { data, meta: answers.historical.meta } }
    })
    const series = await wattTime(http, account).history!(
      'US-CAL-CISO',
      FROM_MS,
      FROM_MS + 2.5 * DAY_MS,
    )
    expect(series.slots).toHaveLength(3)
    expect(series.slots[0]?.estimated).toBe(true)
    expect(http.requests.at(-1)?.query).toMatchObject({
      start: '2026-03-02T00:00:00.000Z',
      end: '2026-03-02T11:59:59.000Z',
    })
  })

  it('refuses pages of different periods', async () => {
    const http = scriptedHttp((request) => {
      if (request.url.endsWith('/login')) return { json: answers.login }
      const meta = { ...answers.historical.meta }
      if (String(request.query?.start).startsWith('2026-03-01'))
        meta.data_point_period_seconds = 3600
      return { json: { data: [{ point_time: request.query?.start, value: 1 }], meta } }
    })
    const history = wattTime(http, account).history!('US-CAL-CISO', FROM_MS, FROM_MS + 2 * DAY_MS)
    await expect(history).rejects.toBeInstanceOf(UpstreamMalformed)
  })

  it('reads forecasts of the past as they were issued, a day a call', async () => {
    const http = scriptedHttp((request) => {
      if (request.url.endsWith('/login')) return { json: answers.login }
      const { generated_at: _, ...meta } = answers.forecast.meta
      const generated_at = String(request.query?.start)
      return { json: { data: [{ generated_at, forecast: answers.forecast.data }], meta } }
    })
    const past = wattTime(http, account).pastForecasts!
    const issues = await past('US-CAL-CISO', FROM_MS, FROM_MS + 2.5 * DAY_MS)
    expect(issues.map(({ issuedAtMs }) => issuedAtMs)).toEqual([
      FROM_MS,
      FROM_MS + DAY_MS,
      FROM_MS + 2 * DAY_MS,
    ])
    expect(issues[0]).toMatchObject({ source: 'watttime', signal: 'marginal', quality: 'forecast' })
    expect(issues[0]!.slots[0]!.carbonGPerKwh).toBeCloseTo(453.59237, 5)
    const calls = http.requests.filter(({ url }) => url.endsWith('/v3/forecast/historical'))
    expect(calls.map(({ query }) => query)).toMatchObject([
      { start: '2026-02-28T00:00:00.000Z', end: '2026-02-28T23:59:59.000Z', horizon_hours: 72 },
      { start: '2026-03-01T00:00:00.000Z', end: '2026-03-01T23:59:59.000Z' },
      { start: '2026-03-02T00:00:00.000Z', end: '2026-03-02T11:59:59.000Z' },
    ])
  })

  it('has no forecast of average emissions', async () => {
    const average = wattTime(scriptedHttp(service), { ...account, signalType: 'co2_aoer' })
    expect(average).toMatchObject({ name: 'watttime-average', signal: 'average' })
    await expect(average.forecast('US-CAL-CISO')).rejects.toBeInstanceOf(NotFound)
    const past = average.pastForecasts!('US-CAL-CISO', FROM_MS, FROM_MS + DAY_MS)
    await expect(past).rejects.toBeInstanceOf(NotFound)
  })

  it('tells what the account may do', async () => {
    const provider = wattTime(scriptedHttp(service), account)
    await expect(provider.access!('US-CAL-CISO')).resolves.toBe(
      'CAISO_NORTH co2_moer: v3/forecast, v3/historical',
    )
    await expect(provider.access!('US-NY-NYIS')).resolves.toBe('no access to co2_moer in NYISO_NYC')
  })
})
