import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CarbonSlot } from '../../services/domain/carbon-series.ts'
import { AppError } from '../../services/domain/errors.ts'
import { carbonAwareSdk } from '../../services/grid/adapters/carbon-aware-sdk.ts'
import { eia } from '../../services/grid/adapters/eia.ts'
import { electricityMaps } from '../../services/grid/adapters/electricity-maps.ts'
import { energinet } from '../../services/grid/adapters/energinet.ts'
import { energyCharts } from '../../services/grid/adapters/energy-charts.ts'
import { httpJson } from '../../services/grid/adapters/http-json.ts'
import { neso } from '../../services/grid/adapters/neso.ts'
import { wattTime } from '../../services/grid/adapters/watttime.ts'
import { type GridProvider, judgeSeries } from '../../services/grid/index.ts'
import type { HttpClient } from '../../services/platform/http.ts'
import electricityMapsAnswers from '../fixtures/grid/electricity-maps.json' with { type: 'json' }
import nesoAnswers from '../fixtures/grid/neso.json' with { type: 'json' }
import others from '../fixtures/grid/others.json' with { type: 'json' }
import wattTimeAnswers from '../fixtures/grid/watttime.json' with { type: 'json' }
import { caseCount, patienceMs } from '../support/case-count.ts'
import { scriptedHttp } from '../support/scripted-http.ts'

/** A body, who reads it, and when it was good. */
interface Subject {
  readonly body: unknown
  readonly nowMs: number
  readonly read: (
    http: HttpClient,
    nowMs: number,
  ) => Promise<Awaited<ReturnType<GridProvider['forecast']>>>
}

const MARCH_MS = Date.parse('2026-03-01T00:00Z')
const documented: Subject[] = [
  {
    body: wattTimeAnswers.forecast,
    nowMs: MARCH_MS,
    read: (http) => wattTime(http, { user: 'u', password: 'p' }).forecast('US-CAL-CISO'),
  },
  {
    body: electricityMapsAnswers.forecast,
    nowMs: MARCH_MS,
    read: (http) => electricityMaps(http, { token: 't' }).forecast('DE'),
  },
  {
    body: electricityMapsAnswers.history,
    nowMs: MARCH_MS,
    read: (http) =>
      electricityMaps(http, { token: 't' }).history!('DE', MARCH_MS - 86_400_000, MARCH_MS),
  },
  {
    body: nesoAnswers.forecast,
    nowMs: MARCH_MS,
    read: (http, now) => neso(http, { nowMs: () => now }).forecast('GB'),
  },
  {
    body: others.energinet,
    nowMs: MARCH_MS,
    read: (http, now) => energinet(http, { nowMs: () => now }).forecast('DK-DK1'),
  },
  {
    body: others.eia,
    nowMs: MARCH_MS,
    read: (http) =>
      eia(http, { apiKey: 'k' }).history!('US-CAL-CISO', MARCH_MS - 86_400_000, MARCH_MS),
  },
  {
    body: others.carbonAwareSdk,
    nowMs: MARCH_MS,
    read: (http) => carbonAwareSdk(http, { baseUrl: 'http://sdk' }).forecast('DE'),
  },
  {
    body: others.httpJson,
    nowMs: MARCH_MS,
    read: (http, now) =>
      httpJson(http, { url: 'http://x/{zone}', slots: '$.slots[*]', nowMs: () => now }).forecast(
        'DE',
      ),
  },
]

const folder = join(process.env.GRIDTIDE_DATA ?? '../shared/data', 'grid/fixtures')
const hasRecorded = existsSync(folder)
const recorded = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'))
const real = (): Subject[] => [
  {
    body: recorded('energy_charts_co2eq_de_2024-03-22.json'),
    nowMs: Date.parse('2024-03-22T16:15Z'),
    read: (http, now) => energyCharts(http, { nowMs: () => now }).forecast('DE'),
  },
  {
    body: recorded('neso_intensity_fw48h_2023-12-03.json'),
    nowMs: Date.parse('2023-12-03T11:00Z'),
    read: (http, now) => neso(http, { nowMs: () => now }).forecast('GB'),
  },
  {
    body: recorded('em_v3_history.json'),
    nowMs: Date.parse('2024-03-06T20:00Z'),
    read: (http, now) =>
      electricityMaps(http, { token: 't', version: 'v3' }).history!('DE', now - 86_400_000, now),
  },
]

/** Things that have been seen in answers, and things that have not yet. */
const poison = fc.constantFrom<unknown>(
  null,
  0,
  -1,
  1e9,
  -1e9,
  1e308,
  0.0001,
  253_402_300_800,
  '',
  'NaN',
  'null',
  '1e400',
  true,
  [],
  {},
  '2026-03-01',
  '2026-03-01T00:00:00',
  '9999-12-31T23:59:59Z',
  '0001-01-01T00:00Z',
  'percentile',
  '__proto__',
  '<html>',
  999_999,
  2.20462,
  1e-9,
)
const mutation = fc.record({
  steps: fc.array(fc.nat(400), { minLength: 1, maxLength: 6 }),
  kind: fc.constantFrom('replace', 'delete', 'scale', 'repeat', 'cut', 'reverse'),
  value: poison,
})
type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never

type Holder = Record<string, unknown>

/** Walks into the body by the steps, and spoils what it finds there. */
function spoil(body: unknown, { steps, kind, value }: Mutation): void {
  const place = find(body as Holder, steps)
  if (!place) return
  const { holder, key } = place
  const found = holder[key]
  if (kind === 'delete') delete holder[key]
  else if (Array.isArray(found)) spoilArray(found, kind)
  else holder[key] = kind === 'scale' && typeof found === 'number' ? found * 1000 : value
}

function spoilArray(found: unknown[], kind: string): void {
  if (kind === 'repeat') found.push(...found.slice(-2))
  else if (kind === 'reverse') found.reverse()
  else found.length = Math.floor(found.length / 3)
}

function find(body: Holder, steps: readonly number[]): { holder: Holder; key: string } | undefined {
  let place: { holder: Holder; key: string } | undefined
  for (const step of steps) {
    const next = place ? place.holder[place.key] : body
    const keys = Object.keys(Object(next))
    if (typeof next !== 'object' || keys.length === 0) break
    place = { holder: next as Holder, key: keys[step % keys.length]! }
  }
  return place
}

function fuzz(subjects: readonly Subject[], numRuns: number) {
  const some = fc.array(mutation, { minLength: 1, maxLength: 4 })
  return fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...subjects),
      some,
      async ({ body, nowMs, read }, mutations) => {
        const spoilt = structuredClone(body)
        for (const each of mutations) spoil(spoilt, each)
        const sent: unknown = JSON.parse(JSON.stringify(spoilt)) // what no JSON can say is no answer
        const http = scriptedHttp(({ url }) => ({
          json: url.endsWith('/login') ? wattTimeAnswers.login : sent,
        }))
        const series = await read(http, nowMs).catch((error: unknown) => {
          if (!(error instanceof AppError)) throw error // a crash, not an answer
          return undefined
        })
        if (!series) return
        const judgement = judgeSeries(series, { nowMs })
        if (judgement.verdict === 'quarantined') return
        const [lowest, highest] =
          series.signal === 'marginal' ? ([-1500, 3000] as const) : ([0, 2000] as const)
        const isAbsurd = ({ startMs, endMs, carbonGPerKwh }: CarbonSlot, index: number) =>
          !(carbonGPerKwh >= lowest && carbonGPerKwh <= highest) ||
          !(endMs > startMs && startMs >= (slots[index - 1]?.endMs ?? startMs)) ||
          !(Math.abs(endMs - nowMs) < 101 * 86_400_000)
        const { slots } = judgement.series
        expect(slots.filter(isAbsurd)).toEqual([])
      },
    ),
    { numRuns: caseCount(numRuns) },
  )
}

describe('spoilt answers never crash and never become absurd numbers', () => {
  it('while the documented ones themselves are read', async () => {
    for (const { body, nowMs, read } of documented) {
      const http = scriptedHttp(({ url }) => ({
        json: url.endsWith('/login') ? wattTimeAnswers.login : body,
      }))
      const series = await read(http, nowMs)
      expect(judgeSeries(series, { nowMs }).verdict).toBe('trusted')
    }
  })

  it('6,000 of the documented shapes', () => fuzz(documented, 6000), patienceMs(240_000, 6000))

  it.skipIf(!hasRecorded)(
    '4,000 of recorded ones (needs the recorded bodies under GRIDTIDE_DATA)',
    () => fuzz(real(), 4000),
    patienceMs(240_000, 4000),
  )

  it.skipIf(!hasRecorded)(
    'while the recorded ones themselves are read (needs GRIDTIDE_DATA)',
    async () => {
      for (const { body, nowMs, read } of real()) {
        const series = await read(
          scriptedHttp(() => ({ json: body })),
          nowMs,
        )
        expect(judgeSeries(series, { nowMs })).toMatchObject({ verdict: 'trusted', suspicions: [] })
      }
      const blob = recorded('casdk_forecast_blob_de_2024-03-24.json') as { Emissions: unknown[] }
      expect(blob.Emissions.length).toBeGreaterThan(0)
      const sdk = carbonAwareSdk(
        scriptedHttp(() => ({ json: blob })),
        { baseUrl: 'http://sdk' },
      )
      await expect(sdk.forecast('DE')).rejects.toBeInstanceOf(AppError)
    },
  )
})
