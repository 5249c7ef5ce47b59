// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a fleet file names a secret.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { InvalidInput } from '../../services/domain/errors.ts'
import { parseFleet } from '../../services/fleet/index.ts'
import { gridSources } from '../../services/wiring/grid-sources.ts'
import { scriptedHttp } from '../support/scripted-http.ts'

const SMALL = readFileSync('test/fixtures/fleet/small.yaml', 'utf8')
const env = { USER: 'u', PASSWORD: 'p', TOKEN: 't' }
const FORECASTS =
  'zone,issued_utc,target_utc,gco2_per_kwh\nDE,2021-09-15T00:00Z,2021-09-15T00:00Z,300\n'
const HISTORY = 'zone,datetime_utc,gco2_per_kwh\nDE,2021-09-14T00:00Z,310\n'

async function sources(
  yaml: string,
  measure = '',
  answer: Parameters<typeof scriptedHttp>[0] = () => ({ json: {} }),
) {
  const text = SMALL.replace('name: small', `name: small\n${measure}\ngrid: { sources: ${yaml} }`)
  const warnings: string[] = []
  const http = scriptedHttp(answer)
  const providers = await gridSources(parseFleet(text, { fileName: 'small.yaml' }), {
    http,
    nowMs: () => Date.parse('2021-09-15T00:00Z'),
    readFile: async (path) => (path === 'forecasts.csv' ? FORECASTS : HISTORY),
    env,
    warn: (message) => void warnings.push(message),
  })
  return { names: providers.map(({ name }) => name), providers, warnings, requests: http.requests }
}

describe('grid sources', () => {
  test('stand in the order of the fleet', async () => {
    const { names, warnings } = await sources(
      '[{ source: electricity-maps, token: "${env:TOKEN}" }, { source: csv, forecasts: forecasts.csv, history: h.csv }, { source: climatology }]',
    )
    expect(names).toEqual(['electricity-maps', 'csv-replay', 'climatology'])
    expect(warnings).toEqual([])
  })

  test('speak the measure of the fleet', async () => {
    const marginal = await sources(
      '[{ source: watttime, user: "${env:USER}", password: "${env:PASSWORD}" }]',
      'signal: marginal\nbasis: direct',
    )
    expect(marginal.names).toEqual(['watttime'])
    const direct = await sources(
      '[{ source: electricity-maps, token: "${env:TOKEN}" }]',
      'basis: direct',
    )
    expect(direct.providers[0]?.basis).toBe('direct')
    const { names } = await sources('[{ source: neso }]', 'basis: operational')
    expect(names).toEqual(['neso'])
  })

  test('of another measure are refused with their place', async () => {
    const refused = sources('[{ source: climatology }, { source: neso }]')
    await expect(refused).rejects.toThrow(/gives average\/operational, the fleet plans on average/)
    await expect(refused).rejects.toMatchObject({ issues: [{ path: '/grid/sources/1' }] })
  })

  test('without their key are left out with a word', async () => {
    const { names, warnings } = await sources(
      '[{ source: electricity-maps, token: "${env:ABSENT}" }, { source: climatology }]',
    )
    expect(names).toEqual(['climatology'])
    expect(warnings).toEqual([
      expect.stringMatching(/^grid source electricity-maps is left out: .*ABSENT is not set/),
    ])
  })

  test('each kind of the schema has its adapter', async () => {
    const token = 'token: "${env:TOKEN}"'
    const { names } = await sources(
      `[{ source: energy-charts }, { source: carbon-aware-sdk, baseUrl: "https://sdk.example" },
        { source: http-json, url: "https://x.example/{zone}", headers: { key: "\${env:TOKEN}" } },
        { source: entsoe, ${token} }, { source: eia, apiKey: "\${env:TOKEN}" }]`,
    )
    expect(names).toEqual(['energy-charts', 'carbon-aware-sdk', 'http-json', 'entsoe', 'eia'])
    const direct = await sources(
      `[{ source: energinet }, { source: electricity-maps, ${token} }]`,
      'basis: direct',
    )
    expect(direct.names).toEqual(['energinet', 'electricity-maps'])
  })

  test('an own endpoint is sent its secret headers', async () => {
    const { providers, requests } = await sources(
      '[{ source: http-json, url: "https://x.example/{zone}", headers: { key: "${env:TOKEN}" } }]',
    )
    await providers[0]?.forecast('DE').catch(() => {})
    expect(requests[0]?.headers).toMatchObject({ key: 't' })
  })

  test('ask again after a failure, and leave a broken service alone', async () => {
    const own = '[{ source: http-json, url: "https://x.example/{zone}" }]'
    let failures = 1
    const busy = { status: 503, headers: { 'retry-after': '0' } }
    const flaky = await sources(own, '', () => (failures-- > 0 ? busy : { json: {} }))
    await flaky.providers[0]?.forecast('DE').catch(() => {})
    expect(flaky.requests).toHaveLength(2)
    const dead = await sources(own, '', () => ({ status: 503, headers: { 'retry-after': '600' } }))
    for (let call = 0; call < 9; call++) await dead.providers[0]?.forecast('DE').catch(() => {})
    expect(dead.requests).toHaveLength(5)
  })

  test('keep to the calls that WattTime allows', async () => {
    const { providers, requests } = await sources(
      '[{ source: watttime, user: "${env:USER}", password: "${env:PASSWORD}" }]',
      'signal: marginal\nbasis: direct',
      () => ({ json: { token: 't' } }),
    )
    const ask = () => providers[0]!.forecast('US-CAL-CISO').catch(String)
    for (let call = 1; call < 3000; call++) await ask()
    expect(requests).toHaveLength(3000)
    expect(await ask()).toMatch(/own budget of 3000 calls is spent/)
    expect(requests).toHaveLength(3000)
  })

  test('a replay that cannot be read is an error: it is all the fleet has', async () => {
    await expect(sources('[{ source: csv, forecasts: h.csv }]')).rejects.toThrow(InvalidInput)
  })
})
