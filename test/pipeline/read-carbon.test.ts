import { expect, test } from 'vitest'
import type { CarbonSeries } from '../../services/domain/carbon-series.ts'
import { NotFound } from '../../services/domain/errors.ts'
import { epochMs, gCo2PerKwh } from '../../services/domain/units.ts'
import { windowsFrom } from '../../services/domain/window.ts'
import { memoryArchive, memorySeriesStore } from '../../services/grid/adapters/memory-store.ts'
import { type GridProvider, gridReader } from '../../services/grid/index.ts'
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

const hourly = (source: string, valuesGPerKwh: readonly number[]) => (zone: string) => ({
  zone,
  source,
  ...measure,
  issuedAtMs: epochMs(nowMs),
  quality: 'forecast' as const,
  slots: valuesGPerKwh.map((carbonGPerKwh, hour) => ({
    startMs: epochMs(nowMs + hour * HOUR_MS),
    endMs: epochMs(nowMs + (hour + 1) * HOUR_MS),
    carbonGPerKwh: gCo2PerKwh(carbonGPerKwh),
  })),
})

function ask(providers: GridProvider[], warnings: string[] = []) {
  const reader = gridReader({
    providers,
    measure,
    store: memorySeriesStore(),
    archive: memoryArchive(),
  })
  const warn = (message: string) => void warnings.push(message)
  return readCarbon({ zones: ['DE'], windows, measure, nowMs, reader, warn })
}

test('the first source that speaks is believed as far as it goes, then the ladder', async () => {
  const carbon = await ask([
    provider('short', hourly('short', [300])),
    provider('long', hourly('long', [200, 210])),
  ])
  expect(carbon.get('DE')!.windows.map(({ source, quality }) => [source, quality])).toEqual([
    ['short', 'forecast'],
    ['CarbonCast', 'climatology'],
  ])
  expect(carbon.get('DE')!.windows[0]).toMatchObject({ carbonGPerKwh: 300, issuedAtMs: nowMs })
})

test('a source that fails costs trust, never the answer, and the reason is kept', async () => {
  const warnings: string[] = []
  const broken = provider('broken', (zone) => {
    throw new NotFound(`broken does not cover ${zone}`)
  })
  const carbon = await ask([broken, provider('spare', hourly('spare', [300, 310]))], warnings)
  expect(carbon.get('DE')!.windows.map(({ source }) => source)).toEqual(['spare', 'spare'])
  expect(carbon.get('DE')!.reasons).toEqual([expect.stringContaining('does not cover DE')])
  expect(warnings).toEqual([expect.stringContaining('DE: broken forecast')])
})

test('a bug is not hidden as a failing source', async () => {
  const buggy = provider('buggy', () => {
    throw new TypeError('undefined is not a function')
  })
  await expect(ask([buggy])).rejects.toThrow(TypeError)
})
