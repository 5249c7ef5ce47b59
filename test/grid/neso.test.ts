import { describe, expect, it } from 'vitest'
import { UpstreamMalformed } from '../../services/domain/errors.ts'
import { neso } from '../../services/grid/adapters/neso.ts'
import { describeGridProvider } from '../contracts/grid-provider.contract.ts'
import answers from '../fixtures/grid/neso.json' with { type: 'json' }
import { type Script, scriptedHttp } from '../support/scripted-http.ts'

const NOW_MS = Date.parse('2026-03-01T00:12Z')
const HALF_HOUR_MS = 30 * 60_000
const options = { nowMs: () => NOW_MS }
const service: Script = ({ url }) => ({
  json: url.includes('/regional/') ? answers.regional : answers.forecast,
})

describeGridProvider({
  name: 'NESO national',
  make: (http) => neso(http, options),
  service,
  zone: 'GB',
  forecastG: [110, 95],
  history: { fromMs: NOW_MS - 42 * 60_000, toMs: NOW_MS, firstG: 118 },
})
describeGridProvider({
  name: 'NESO regional',
  make: (http) => neso(http, options),
  service,
  zone: 'GB-13',
  forecastG: [134, 134],
})

describe('NESO', () => {
  it('asks from the current half hour on, which is its issue', async () => {
    const http = scriptedHttp(service)
    const { issuedAtMs } = await neso(http, options).forecast('GB-13')
    expect(new Date(issuedAtMs).toISOString()).toBe('2026-03-01T00:00:00.000Z')
    expect(http.requests[0]?.url).toMatch(
      /\/regional\/intensity\/2026-03-01T00:00Z\/fw48h\/regionid\/13$/,
    )
  })

  it('marks regional history as estimated: regions are not measured', async () => {
    const toMs = Date.parse('2026-03-01T00:30Z')
    const { slots } = await neso(scriptedHttp(service), options).history!(
      'GB-13',
      NOW_MS - HALF_HOUR_MS,
      toMs,
    )
    expect(slots[0]?.estimated).toBe(true)
  })

  it('asks for long history in blocks of fourteen days', async () => {
    const http = scriptedHttp(service)
    const fromMs = NOW_MS - 20 * 86_400_000
    await neso(http, options).history!('GB', fromMs, NOW_MS)
    expect(http.requests).toHaveLength(2)
  })

  it('refuses slots that are not half an hour long', async () => {
    const odd = structuredClone(answers.forecast)
    odd.data[1]!.to = '2026-03-01T01:30Z'
    const provider = neso(
      scriptedHttp(() => ({ json: odd })),
      options,
    )
    await expect(provider.forecast('GB')).rejects.toBeInstanceOf(UpstreamMalformed)
  })
})
