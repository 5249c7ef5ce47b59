import { describe, expect, it } from 'vitest'
import type { CarbonSeries } from '../../services/domain/carbon-series.ts'
import { NotFound, UpstreamUnavailable } from '../../services/domain/errors.ts'
import { windowsFrom } from '../../services/domain/window.ts'
import { climatology } from '../../services/grid/adapters/climatology.ts'
import { memoryArchive, memorySeriesStore } from '../../services/grid/adapters/memory-store.ts'
import { type GridProvider, gridDesk, gridReader, zoneBoard } from '../../services/grid/index.ts'
import { average, DAY_MS, HOUR_MS, hourlySeries, NOW_MS, sunny } from '../forecast/support.ts'

interface Fake extends GridProvider {
  calls: number
  down: boolean
  make: (nowMs: number) => CarbonSeries
}

function fake(name: string, clock: () => number, withHistory = true): Fake {
  const provider: Fake = {
    ...average,
    name,
    calls: 0,
    down: false,
    make: (nowMs) => hourlySeries(nowMs, 72, sunny, 'forecast'),
    async forecast(zone) {
      provider.calls++
      if (provider.down) throw new UpstreamUnavailable('no answer', { upstream: name })
      return { ...provider.make(clock()), zone, source: name }
    },
  }
  if (!withHistory) return provider
  return Object.assign(provider, {
    async history(zone: string, fromMs: number, toMs: number) {
      if (provider.down) throw new UpstreamUnavailable('no answer', { upstream: name })
      const hours = Math.floor((toMs - fromMs) / HOUR_MS)
      return { ...hourlySeries(fromMs, hours, sunny), zone, source: name }
    },
  })
}

function setUp(zone = 'DE', aheadMs?: number) {
  let nowMs = NOW_MS
  const clock = () => nowMs
  const first = fake('first', clock)
  const second = fake('second', clock, false)
  const table = climatology({ nowMs: clock })
  const store = memorySeriesStore()
  const archive = memoryArchive()
  const other = { ...fake('other', clock), signal: 'marginal' as const }
  const providers = [other, first, second, table]
  const options = { providers, measure: average, store, archive, aheadMs }
  const reader = gridReader(options)
  const zones = [zone]
  const board = zoneBoard({ reader, zones, nowMs: clock })
  const desk = gridDesk({
    board,
    archive,
    sources: ['first'],
    zones,
    measure: average,
    nowMs: clock,
  })
  return {
    first,
    second,
    other,
    archive,
    desk,
    reader,
    options,
    read: () => reader.readZone(zone, nowMs),
    pass: (ms: number) => {
      nowMs += ms
    },
  }
}

describe('reading a zone', () => {
  it('believes the first provider and asks nobody else', async () => {
    const { read, second, other } = setUp()
    const reading = await read()
    expect(reading).toMatchObject({ rung: 'live', reasons: [] })
    expect(reading.series.map(({ quality }) => quality)).toEqual(['live', 'forecast'])
    expect([second.calls, other.calls]).toEqual([0, 0])
  })

  it('asks once while an answer is fresh, however many ask', async () => {
    const { read, first, pass } = setUp()
    await Promise.all([read(), read(), read()])
    await read()
    expect(first.calls).toBe(1)
    pass(6 * 60_000)
    await read()
    expect(first.calls).toBe(2)
  })

  it('does not learn what only hours beyond need, where nobody looks there', async () => {
    const near = setUp('DE', 2 * HOUR_MS)
    await near.read()
    near.pass(DAY_MS)
    const { trained } = await near.read()
    expect(trained!.onIssues).toBeDefined()
    expect(trained!.onHistory).toBeUndefined()
    const far = setUp('DE', 80 * HOUR_MS)
    await far.read()
    far.pass(DAY_MS)
    expect((await far.read()).trained!.onHistory).toBeDefined()
  })

  it('shares answers between processes', async () => {
    const { read, first, options } = setUp()
    await read()
    await gridReader(options).readZone('DE', NOW_MS)
    expect(first.calls).toBe(1)
  })

  it('goes on with the last good answer through an outage, then with the next rung, for ever', async () => {
    const { read, first, second, pass } = setUp()
    await read()
    first.down = true
    second.down = true
    pass(2 * HOUR_MS)
    const soon = await read()
    expect(soon.series.at(-1)).toMatchObject({ quality: 'cached', source: 'first' })
    expect(soon.reasons.join()).toMatch(/no answer; last good answer used/)
    pass(60 * HOUR_MS)
    const later = await read()
    expect(later.rung).toBe('blended')
    expect(later.reasons.join()).toMatch(/stale/)
    pass(400 * DAY_MS)
    const { reasons, rung } = await read()
    expect(reasons.length).toBeGreaterThan(0)
    expect(['blended', 'climatology']).toContain(rung)
  })

  it('falls to the table, the mean and nothing where zones are unknown', async () => {
    for (const [zone, rung] of [
      ['PL', 'climatology'],
      ['FR', 'annual'],
      ['XX', 'blind'],
    ] as const) {
      const { read, first, second } = setUp(zone)
      first.down = true
      second.down = true
      await expect(read()).resolves.toMatchObject({ rung, series: [] })
    }
  })

  it('asks the next provider when the first talks nonsense, and says why', async () => {
    const { read, first, second } = setUp()
    first.make = (nowMs) => hourlySeries(nowMs, 72, (ms) => sunny(ms) / 1000, 'forecast')
    const { series, reasons } = await read()
    expect(series.at(-1)?.source).toBe('second')
    expect(second.calls).toBe(1)
    expect(reasons.join()).toMatch(/first forecast: unit-slip/)
  })

  it('archives every forecast once, and learns from the archive', async () => {
    const { read, archive, pass, desk } = setUp()
    for (let day = 0; day < 9; day++) {
      await read()
      await read()
      pass(DAY_MS)
    }
    const query = { ...average, source: 'first', zone: 'DE', fromMs: 0, toMs: NOW_MS * 2 }
    await expect(archive.read(query)).resolves.toHaveLength(9)
    const hours = windowsFrom(NOW_MS + 9 * DAY_MS, HOUR_MS, 24)
    const { windows } = await desk.forecast('DE', hours)
    expect(windows[5]).toMatchObject({ quality: 'blended', source: 'blend of first' })
    const score = await desk.score('DE')
    expect(score?.issues).toBe(9)
    expect(score?.mapeByDay.blend[0]).toBeLessThan(5)
    await expect(archive.prune(NOW_MS + 3 * DAY_MS)).resolves.toBe(3)
  })

  it('falls back to a day of history where the plan gives no more', async () => {
    const { first, read } = setUp()
    const whole = first.history!
    first.history = async (zone, fromMs, toMs) => {
      if (toMs - fromMs > DAY_MS) throw new NotFound('plan')
      return whole(zone, fromMs, toMs)
    }
    await expect(read()).resolves.toMatchObject({ rung: 'live' })
  })

  it('does not let one absurd hour condemn the record', async () => {
    const { first, read, pass } = setUp()
    await read()
    const honest = first.history!
    const absurd = (ms: number) => (ms % DAY_MS === 0 ? 9_999 : sunny(ms))
    first.history = async (_, fromMs) => hourlySeries(fromMs, 8, absurd)
    pass(2 * HOUR_MS)
    const during = await read()
    expect(during.reasons.join()).toMatch(/first history: .*absurd-level.*last good answer used/)
    expect(during.history?.slots.length).toBeGreaterThan(180)
    first.history = honest
    pass(HOUR_MS)
    await expect(read()).resolves.toMatchObject({ rung: 'live', reasons: [] })
  })

  it('does not hide our own defects', async () => {
    const { first, read } = setUp()
    first.forecast = () => Promise.reject(new TypeError('a bug'))
    await expect(read()).rejects.toThrow('a bug')
  })
})

describe('the grid desk', () => {
  it('answers for the zones of the fleet only', async () => {
    const { desk } = setUp()
    const now = await desk.now('DE')
    expect(now).toMatchObject({ zone: 'DE', signal: 'average', rung: 'live', startMs: NOW_MS })
    await expect(desk.now('FR')).rejects.toBeInstanceOf(NotFound)
  })

  it('hands out what is held of the past', async () => {
    const { desk, first, second } = setUp()
    const past = await desk.history('DE', NOW_MS - 3 * HOUR_MS, NOW_MS)
    expect(past.slots).toHaveLength(3)
    const { desk: poor, first: dead } = setUp()
    dead.down = true
    await expect(poor.history('DE', 0, NOW_MS)).resolves.toMatchObject({ slots: [] })
    await expect(poor.score('DE')).resolves.toBeUndefined()
    expect([first.down, second.down]).toEqual([false, false])
  })
})
