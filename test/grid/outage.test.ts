import { describe, expect, it } from 'vitest'
import type { CarbonQuality } from '../../services/domain/carbon-series.ts'
import { UpstreamUnavailable } from '../../services/domain/errors.ts'
import { windowsFrom } from '../../services/domain/window.ts'
import { memoryArchive, memorySeriesStore } from '../../services/grid/adapters/memory-store.ts'
import { type GridProvider, gridReader, zoneForecaster } from '../../services/grid/index.ts'
import { average, DAY_MS, HOUR_MS, hourlySeries, NOW_MS, sunny } from '../forecast/support.ts'

const LADDER: readonly CarbonQuality[] = [
  'live',
  'cached',
  'forecast',
  'blended',
  'climatology',
  'annual',
  'blind',
]
const DAYS = 30
const STEP_HOURS = 12
const WINDOWS = 48

/** What a failing provider may do, one after the other. */
const FAILURES: readonly (() => number)[] = [
  () => {
    throw new UpstreamUnavailable('no answer', { upstream: 'provider' })
  },
  () => 0,
  () => 123,
  () => 9_999,
]

/** Ten days of good answers, then thirty of failures: what planning is told, every twelve hours. */
async function* outage(zone: string) {
  let nowMs = NOW_MS
  let isDown = false
  const said = (startMs: number) =>
    isDown ? FAILURES[Math.floor(nowMs / DAY_MS) % FAILURES.length]!() : sunny(startMs)
  const provider: GridProvider = {
    ...average,
    name: 'provider',
    forecast: async () => ({ ...hourlySeries(nowMs, 72, said, 'forecast'), zone }),
    history: async (_, fromMs, toMs) => {
      const hours = Math.floor((toMs - fromMs) / HOUR_MS)
      return { ...hourlySeries(fromMs, hours, said), zone }
    },
  }
  const reader = gridReader({
    providers: [provider],
    measure: average,
    store: memorySeriesStore(),
    archive: memoryArchive(),
  })
  for (let day = 0; day < 10; day++, nowMs += DAY_MS) await reader.readZone(zone, nowMs)
  isDown = true
  const endMs = nowMs + DAYS * DAY_MS
  for (; nowMs < endMs; nowMs += STEP_HOURS * HOUR_MS) {
    const reading = await reader.readZone(zone, nowMs)
    const windows = zoneForecaster(reading, nowMs)(windowsFrom(nowMs, HOUR_MS, WINDOWS))
    yield { reading, windows }
  }
}

describe('thirty days without a provider worth believing', () => {
  it.each([
    ['DE', 'climatology'],
    ['FR', 'annual'],
    ['XX', 'blind'],
  ])(
    'in %s: every window has a sane number, ever lower on the ladder, down to %s',
    async (zone, last) => {
      const seen: (readonly CarbonQuality[])[] = []
      for await (const { reading, windows } of outage(zone)) {
        expect(windows).toHaveLength(WINDOWS)
        for (const { carbonGPerKwh, lowGPerKwh, highGPerKwh } of windows) {
          expect(carbonGPerKwh).toBeGreaterThan(20)
          expect(carbonGPerKwh).toBeLessThan(700)
          expect(lowGPerKwh).toBeLessThanOrEqual(carbonGPerKwh)
          expect(highGPerKwh).toBeGreaterThanOrEqual(carbonGPerKwh)
        }
        expect(reading.reasons.length).toBeGreaterThan(0)
        seen.push(windows.map(({ quality }) => quality))
      }
      expect(seen).toHaveLength((DAYS * 24) / STEP_HOURS)
      const rungs = seen.map((qualities) => LADDER.indexOf(qualities[0]!))
      expect(seen.at(-1)).toEqual(new Array(WINDOWS).fill(last))
      expect(rungs).toEqual(rungs.toSorted((a, b) => a - b))
    },
    120_000,
  )
})
