import { expect, test } from 'vitest'
import type { CarbonSeries } from '../../services/domain/carbon-series.ts'
import { NotFound } from '../../services/domain/errors.ts'
import { epochMs, gCo2PerKwh } from '../../services/domain/units.ts'
import { windowsFrom } from '../../services/domain/window.ts'
import type { GridProvider } from '../../services/grid/index.ts'
import { readCarbon } from '../../services/pipeline/read-carbon.ts'

const HOUR_MS = 3_600_000
const nowMs = Date.parse('2021-09-15T00:00Z')
const windows = windowsFrom(nowMs, HOUR_MS, 2)
const measure = { signal: 'average', basis: 'lifecycle' } as const

const provider = (name: string, answer: (zone: string) => CarbonSeries): GridProvider => ({
  name,
  ...measure,
  forecast: async (zone) => answer(zone),
})

const flat = (source: string, carbonGPerKwh: number, hours: number) => (zone: string) => ({
  zone,
  source,
  ...measure,
  issuedAtMs: epochMs(nowMs),
  quality: 'forecast' as const,
  slots: [
    {
      startMs: epochMs(nowMs),
      endMs: epochMs(nowMs + hours * HOUR_MS),
      carbonGPerKwh: gCo2PerKwh(carbonGPerKwh),
    },
  ],
})

function ask(providers: GridProvider[], warnings: string[] = []) {
  const warn = (message: string) => void warnings.push(message)
  return readCarbon({ zones: ['DE', 'SE'], windows, measure, nowMs, providers, warn })
}

test('the first source that speaks for a window is believed, then the ladder', async () => {
  const carbon = await ask([
    provider('short', flat('short', 100, 1)),
    provider('long', flat('long', 200, 2)),
  ])
  expect([...carbon.keys()]).toEqual(['DE', 'SE'])
  expect(carbon.get('DE')?.map(({ source, carbonGPerKwh }) => [source, carbonGPerKwh])).toEqual([
    ['short', 100],
    ['long', 200],
  ])
})

test('a source that fails costs trust, never the answer', async () => {
  const warnings: string[] = []
  const broken = provider('broken', (zone) => {
    throw new NotFound(`broken does not cover ${zone}`)
  })
  const carbon = await ask([broken], warnings)
  expect(warnings).toEqual(['broken does not cover DE', 'broken does not cover SE'])
  expect(carbon.get('SE')?.map(({ quality }) => quality)).toEqual(['climatology', 'climatology'])
})

test('a bug is not hidden as a failing source', async () => {
  const buggy = provider('buggy', () => {
    throw new TypeError('undefined is not a function')
  })
  await expect(ask([buggy])).rejects.toThrow(TypeError)
})
