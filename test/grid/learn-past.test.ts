import { describe, expect, it } from 'vitest'
import { UpstreamRefused } from '../../services/domain/errors.ts'
import { memoryArchive, memorySeriesStore } from '../../services/grid/adapters/memory-store.ts'
import { type GridProvider, gridReader } from '../../services/grid/index.ts'
import { average, DAY_MS, HOUR_MS, hourlySeries, NOW_MS, sunny } from '../forecast/support.ts'

/** A provider that keeps its forecasts, one at each full hour, and notes what it is asked for. */
function keeper(past: (fromMs: number) => number = sunny): GridProvider & { asked: number[] } {
  const asked: number[] = []
  const named = { ...average, name: 'keeper', asked }
  const issue = (zone: string, atMs: number, value = sunny) => ({
    ...hourlySeries(atMs, 72, value, 'forecast'),
    zone,
    source: 'keeper',
  })
  return {
    ...named,
    forecast: async (zone) => issue(zone, NOW_MS),
    history: async (zone, fromMs, toMs) => {
      const hours = Math.floor((toMs - fromMs) / HOUR_MS)
      return { ...hourlySeries(fromMs, hours, sunny), zone, source: 'keeper' }
    },
    pastForecasts: async (zone, fromMs) => {
      asked.push(fromMs)
      return [issue(zone, fromMs, past), issue(zone, fromMs + 5 * 60_000, past)]
    },
  }
}

function setUp(provider: GridProvider) {
  const archive = memoryArchive()
  const options = { providers: [provider], measure: average, store: memorySeriesStore(), archive }
  const reader = gridReader(options)
  const archived = () =>
    archive.read({ ...average, source: 'keeper', zone: 'DE', fromMs: 0, toMs: NOW_MS * 2 })
  return { reader, archive, archived, again: () => gridReader(options) }
}

describe('learning from forecasts of the past', () => {
  it('fetches one a day at the hour of the current one, a few at a time, each day once', async () => {
    const provider = keeper()
    const { reader, archived, again } = setUp(provider)
    const reading = await reader.readZone('DE', NOW_MS)
    await expect(reader.learnPast(reading)).resolves.toBe(2)
    expect(provider.asked).toEqual([NOW_MS - DAY_MS, NOW_MS - 2 * DAY_MS])
    for (let round = 0; round < 10; round++) await reader.learnPast(reading)
    expect(provider.asked).toHaveLength(14)
    await expect(archived()).resolves.toHaveLength(15)
    const other = again()
    await expect(other.learnPast(await other.readZone('DE', NOW_MS))).resolves.toBe(0)
    expect(provider.asked).toHaveLength(14)
  })

  it('makes the blend take over at once, where a week of waiting was needed', async () => {
    const { reader } = setUp(keeper())
    const reading = await reader.readZone('DE', NOW_MS)
    expect(reading.trained?.onIssues?.origins ?? 0).toBe(0)
    for (let round = 0; round < 7; round++) await reader.learnPast(reading)
    const later = await reader.readZone('DE', NOW_MS + HOUR_MS)
    expect(later.trained?.onIssues?.origins).toBe(14)
  })

  it('does not learn from what was not to be trusted then', async () => {
    const { reader, archived } = setUp(keeper(() => 9_999))
    await expect(reader.learnPast(await reader.readZone('DE', NOW_MS))).resolves.toBe(0)
    await expect(archived()).resolves.toHaveLength(1)
  })

  it('tells what the provider said, and asks one without a past for nothing', async () => {
    const provider = keeper()
    const refused = new UpstreamRefused('answered 403', { upstream: 'keeper', httpStatus: 403 })
    const { reader } = setUp({ ...provider, pastForecasts: () => Promise.reject(refused) })
    const reading = await reader.readZone('DE', NOW_MS)
    await expect(reader.learnPast(reading)).rejects.toBe(refused)
    const { pastForecasts: _, ...forgetful } = keeper()
    const poor = setUp(forgetful).reader
    await expect(poor.learnPast(await poor.readZone('DE', NOW_MS))).resolves.toBe(0)
    await expect(poor.learnPast({ ...reading, series: [] })).resolves.toBe(0)
  })
})
