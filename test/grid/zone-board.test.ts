import { describe, expect, it } from 'vitest'
import { windowsFrom } from '../../services/domain/window.ts'
import {
  type GridReader,
  readerAtHand,
  type ZoneReading,
  zoneBoard,
} from '../../services/grid/index.ts'
import { average, HOUR_MS, hourlySeries, NOW_MS } from '../forecast/support.ts'

const MINUTE_MS = 60_000

/** A reader whose provider issues `valueG` until the test changes it. */
function setUp() {
  let nowMs = NOW_MS
  let issue = { valueG: 100, issuedAtMs: NOW_MS }
  let reads = 0
  let broken = false
  const reader: GridReader = {
    async readZone(zone) {
      reads++
      if (broken) throw new TypeError('a bug')
      const { valueG, issuedAtMs } = issue
      const series = [hourlySeries(issuedAtMs, 48, () => valueG, 'forecast')]
      const nothing = { history: undefined, trained: undefined, reasons: [] }
      return { zone, measure: average, series, rung: 'forecast', ...nothing }
    },
    learnPast: async () => 0,
  }
  const board = zoneBoard({ reader, zones: ['DE', 'SE'], nowMs: () => nowMs })
  const windows = windowsFrom(NOW_MS, HOUR_MS, 24)
  return {
    board,
    reads: () => reads,
    valueG: async () => (await board.zone('DE')).forecast(windows)[12]!.carbonGPerKwh,
    pass: (ms: number) => {
      nowMs += ms
    },
    issue: (valueG: number) => {
      issue = { valueG, issuedAtMs: nowMs }
    },
    breakDown: () => {
      broken = true
    },
  }
}

describe('the board of zones', () => {
  it('answers from memory, and looks again behind the answer', async () => {
    const { valueG, reads, pass, issue } = setUp()
    expect(await Promise.all([valueG(), valueG()])).toEqual([100, 100])
    expect(reads()).toBe(1)
    pass(4_999)
    issue(200)
    expect(await valueG()).toBe(100)
    expect(reads()).toBe(1)
    pass(1)
    expect(await valueG()).toBe(100)
    await expect.poll(valueG).toBe(200)
    expect(reads()).toBe(2)
  })

  it('waits where it has not looked for a minute', async () => {
    const { valueG, pass, issue } = setUp()
    await valueG()
    pass(MINUTE_MS)
    issue(300)
    expect(await valueG()).toBe(300)
  })

  it('works a forecast out anew only where something has changed', async () => {
    const { board, pass, issue } = setUp()
    const first = (await board.zone('DE')).forecast
    pass(MINUTE_MS)
    expect((await board.zone('DE')).forecast).toBe(first)
    issue(100)
    pass(MINUTE_MS)
    const second = (await board.zone('DE')).forecast
    expect(second).not.toBe(first)
    pass(HOUR_MS)
    expect((await board.zone('DE')).forecast).not.toBe(second)
  })

  it('works a window out once, and forgets when asked for too many', async () => {
    const { board } = setUp()
    const { forecast } = await board.zone('DE')
    const hour = windowsFrom(NOW_MS, HOUR_MS, 1)
    const [first] = forecast(hour)
    expect(forecast(hour)[0]).toBe(first)
    const many = windowsFrom(NOW_MS, MINUTE_MS, 2_000)
    expect(forecast(many)).toHaveLength(2_000)
    expect(forecast(hour)[0]).toEqual(first)
    expect(forecast(hour)[0]).not.toBe(first)
  })

  it('is kept warm by looking at every zone', async () => {
    const { board, reads, pass, valueG } = setUp()
    await board.lookAgain()
    expect(reads()).toBe(2)
    pass(MINUTE_MS)
    await board.lookAgain()
    await valueG()
    expect(reads()).toBe(4)
  })

  it('lets a defect of ours be seen by the next caller', async () => {
    const { valueG, pass, breakDown } = setUp()
    await valueG()
    breakDown()
    pass(10_000)
    expect(await valueG()).toBe(100)
    await expect.poll(() => valueG().catch(String)).toMatch(/a bug/)
  })
})

describe('a provider that hangs', () => {
  it('is not waited for by an answer, and read all the same', async () => {
    let answer = (_reading: ZoneReading) => {}
    const hanging: GridReader = {
      readZone: () =>
        new Promise((resolve) => {
          answer = resolve
        }),
      learnPast: async () => 0,
    }
    const board = zoneBoard({ reader: hanging, zones: ['DE'], nowMs: () => NOW_MS, patienceMs: 5 })
    const reader = readerAtHand(board)
    await expect(reader.readZone('DE', NOW_MS)).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      retryable: true,
    })
    const nothing = { history: undefined, trained: undefined, reasons: [], series: [] }
    answer({ zone: 'DE', measure: average, rung: 'annual', ...nothing })
    expect(await reader.readZone('DE', NOW_MS)).toMatchObject({ zone: 'DE' })
  })
})
