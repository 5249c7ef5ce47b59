import { describe, expect, it } from 'vitest'
import { NotFound, UpstreamMalformed, UpstreamUnavailable } from '../../services/domain/errors.ts'
import { electricityMaps } from '../../services/grid/adapters/electricity-maps.ts'
import { describeGridProvider } from '../contracts/grid-provider.contract.ts'
import answers from '../fixtures/grid/electricity-maps.json' with { type: 'json' }
import { type Script, scriptedHttp } from '../support/scripted-http.ts'

const FROM_MS = Date.parse('2026-02-28T00:00Z')
const HOUR_MS = 3_600_000
const service: Script = ({ url, query }) => {
  if (url.endsWith('/zones')) return { json: answers.zones }
  if (query?.zone !== 'DE') return { status: 401 }
  return { json: url.endsWith('/forecast') ? answers.forecast : answers.history }
}

for (const version of ['v3', 'v4'] as const) {
  describeGridProvider({
    name: `Electricity Maps ${version}`,
    make: (http) => electricityMaps(http, { token: 't', version }),
    service,
    zone: 'DE',
    forecastG: [210.5, 190],
    history: { fromMs: FROM_MS, toMs: FROM_MS + 3 * HOUR_MS, firstG: 300 },
  })
}

describe('Electricity Maps', () => {
  it('never lets an unknown zone become the caller’s own', async () => {
    const http = scriptedHttp(service)
    await electricityMaps(http, { token: 't' }).forecast('DE')
    expect(http.requests[0]?.query).toMatchObject({ disableCallerLookup: true, zone: 'DE' })
    expect(http.requests[0]?.headers).toEqual({ 'auth-token': 't' })
    const elsewhere = scriptedHttp(() => ({ json: { ...answers.forecast, zone: 'FR' } }))
    const wrong = electricityMaps(elsewhere, { token: 't' }).forecast('DE')
    await expect(wrong).rejects.toBeInstanceOf(UpstreamMalformed)
  })

  it('finds the longest horizon the plan allows, and remembers it', async () => {
    const http = scriptedHttp(({ query }) =>
      Number(query?.horizonHours) > 24 ? { status: 400 } : { json: answers.forecast },
    )
    const provider = electricityMaps(http, { token: 't' })
    await provider.forecast('DE')
    await provider.forecast('DE')
    expect(http.requests.map(({ query }) => query?.horizonHours)).toEqual([72, 48, 24, 24])
  })

  it('takes an outage for an outage, not for a short plan', async () => {
    const provider = electricityMaps(
      scriptedHttp(() => ({ status: 503 })),
      { token: 't' },
    )
    await expect(provider.forecast('DE')).rejects.toBeInstanceOf(UpstreamUnavailable)
    const refused = electricityMaps(
      scriptedHttp(() => ({ status: 401 })),
      { token: 't' },
    )
    await expect(refused.forecast('DE')).rejects.toBeInstanceOf(NotFound)
  })

  it('carries the mark of estimates and leaves out what is not known yet', async () => {
    const provider = electricityMaps(scriptedHttp(service), { token: 't' })
    const { slots } = await provider.history!('DE', FROM_MS, FROM_MS + 3 * HOUR_MS)
    expect(slots.map(({ estimated }) => estimated)).toEqual([false, true])
    expect(slots[1]!.startMs - slots[0]!.endMs).toBe(HOUR_MS)
  })

  it('asks for older history in blocks of ten days', async () => {
    const http = scriptedHttp(({ query }) => {
      const rows = [{ carbonIntensity: 1, datetime: String(query?.start) }]
      return { json: { zone: 'DE', data: rows } }
    })
    const provider = electricityMaps(http, { token: 't', zones: {}, emissionFactorType: 'direct' })
    await provider.history!('DE', FROM_MS, FROM_MS + 15 * 24 * HOUR_MS)
    expect(http.requests.map(({ url }) => url.split('/').at(-1))).toEqual([
      'past-range',
      'past-range',
    ])
    expect(http.requests[1]?.query).toMatchObject({
      start: '2026-03-10T00:00Z',
      end: '2026-03-15T00:00Z',
      emissionFactorType: 'direct',
    })
  })

  it('refuses made-up numbers, unless asked for', async () => {
    const row = { ...answers.forecast.forecast[0], estimationMethod: 'SANDBOX_MODE_DATA' }
    const http = scriptedHttp(() => ({ json: { ...answers.forecast, forecast: [row] } }))
    const strict = electricityMaps(http, { token: 't' })
    await expect(strict.forecast('DE')).rejects.toThrow(/made up/)
    const demo = electricityMaps(http, { token: 't', allowSandbox: true })
    await expect(demo.forecast('DE')).resolves.toBeDefined()
  })

  it('refuses a forecast of unknown age', async () => {
    const { updatedAt: _gone, ...ageless } = answers.forecast
    const provider = electricityMaps(
      scriptedHttp(() => ({ json: ageless })),
      { token: 't' },
    )
    await expect(provider.forecast('DE')).rejects.toThrow(/updatedAt/)
  })

  it('tells what the key may do', async () => {
    const provider = electricityMaps(scriptedHttp(service), { token: 't', zones: { X: 'FR' } })
    await expect(provider.access!('DE')).resolves.toContain('carbon-intensity/forecast')
    await expect(provider.access!('X')).resolves.toBe('no access to FR')
  })
})
