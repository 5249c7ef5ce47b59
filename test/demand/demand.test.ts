import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { demandOverWindows, readTrace, type Trace } from '../../services/demand/index.ts'
import { InvalidInput } from '../../services/domain/errors.ts'
import { windowsFrom } from '../../services/domain/window.ts'
import type { Demand } from '../../services/fleet/index.ts'

const HOUR_MS = 3_600_000
const plain = { quantile: 1, headroom: 0 }
const at = (iso: string, count: number, windowMs = HOUR_MS) =>
  windowsFrom(Date.parse(iso), windowMs, count)

const curve = Array.from({ length: 24 }, (_, hour) => hour * 100)
const hourly = (timezone: string, weekendScale = 1): Demand => ({
  kind: 'hourly',
  origin: 'europe',
  tokensPerSecond: curve,
  timezone,
  weekendScale,
})
const csv = (options: Partial<Extract<Demand, { kind: 'csv' }>> = {}): Demand => ({
  kind: 'csv',
  origin: 'europe',
  file: 'trace.csv',
  timeColumn: 'time',
  tokensColumn: 'tokens',
  unit: 'tokens',
  intervalMinutes: 60,
  scale: 1,
  shiftHours: 0,
  repeat: 'weekly',
  ...options,
})

/** A week of hours from Sunday 2024-05-12; the rate names the hour of the week. */
const week: Trace = {
  intervalMs: HOUR_MS,
  samples: Array.from({ length: 168 }, (_, hour) => ({
    startMs: Date.parse('2024-05-12T00:00Z') + hour * HOUR_MS,
    tokensPerSecond: hour,
  })),
}

describe('constant demand', () => {
  test('is the same in each window, plus head-room', () => {
    const demand: Demand = { kind: 'constant', origin: 'europe', tokensPerSecond: 200 }
    const margins = { quantile: 0.95, headroom: 0.1 }
    const values = demandOverWindows(demand, at('2021-09-15T00:00Z', 3), margins)
    expect(values).toHaveLength(3)
    for (const value of values) expect(value).toBeCloseTo(220, 9)
  })
})

describe('hourly demand', () => {
  test('follows the local clock through a change to summer time', () => {
    // Berlin, 2021-03-28: 01:59 CET is followed by 03:00 CEST, so no window is hour 2.
    const values = demandOverWindows(hourly('Europe/Berlin'), at('2021-03-27T23:00Z', 4), plain)
    expect(values).toEqual([0, 100, 300, 400])
  })

  test('scales the weekend by the local calendar', () => {
    // Friday 23:30 in Tokyo is Friday; half an hour later it is Saturday.
    const windows = at('2021-09-17T14:00Z', 2)
    expect(demandOverWindows(hourly('Asia/Tokyo', 0.5), windows, plain)).toEqual([2300, 0])
    expect(demandOverWindows(hourly('UTC', 0.5), windows, plain)).toEqual([1400, 1500])
    const [sunday] = demandOverWindows(hourly('UTC', 0.5), at('2021-09-19T10:00Z', 1), plain)
    expect(sunday).toBe(500)
  })
})

describe('a recorded week', () => {
  test('stands for its weekdays and hours in any other week', () => {
    // 2021-09-15 is a Wednesday: hours 72 and on of a week that began on Sunday.
    const values = demandOverWindows(csv({ scale: 2 }), at('2021-09-15T00:00Z', 3), plain, week)
    expect(values).toEqual([144, 146, 148])
  })

  test('is a circle: the last hour comes before the first', () => {
    const values = demandOverWindows(csv(), at('2021-09-18T23:00Z', 2), plain, week)
    expect(values).toEqual([167, 0])
  })

  test('can stand for another longitude', () => {
    const [value] = demandOverWindows(
      csv({ shiftHours: 8 }),
      at('2021-09-15T10:00Z', 1),
      plain,
      week,
    )
    expect(value).toBe(74)
  })

  test('serves windows shorter than its rows', () => {
    const windows = at('2021-09-15T00:30Z', 3, HOUR_MS / 4)
    expect(demandOverWindows(csv(), windows, plain, week)).toEqual([72, 72, 73])
  })

  test('serves the quantile of a window longer than its rows', () => {
    const windows = at('2021-09-15T00:00Z', 1, 4 * HOUR_MS)
    const margins = { quantile: 0.5, headroom: 0 }
    expect(demandOverWindows(csv(), windows, margins, week)).toEqual([73.5])
  })

  test('unrepeated says nothing of other weeks', () => {
    const once = csv({ repeat: 'never' })
    expect(demandOverWindows(once, at('2024-05-13T01:00Z', 1), plain, week)).toEqual([25])
    expect(() => demandOverWindows(once, at('2021-09-15T00:00Z', 1), plain, week)).toThrow(
      /says nothing of 2021-09-15T00:00/,
    )
  })

  test('gives every whole-week shift the same answer', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2_000 }),
        fc.integer({ min: 0, max: 167 }),
        (weeks, hour) => {
          const start = Date.parse('2024-05-12T00:00Z') + (hour - weeks * 168) * HOUR_MS
          const windows = windowsFrom(start, HOUR_MS, 1)
          expect(demandOverWindows(csv(), windows, plain, week)).toEqual([hour])
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('reading a trace', () => {
  const format = {
    timeColumn: 'time',
    tokensColumn: 'tokens',
    unit: 'tokens',
    intervalMinutes: 5,
  } as const

  test('orders rows, takes naive stamps as UTC and turns counts into rates', () => {
    const text = 'time,other,tokens\n2024-05-12 00:05:00,x,600\n2024-05-12T02:00+02:00,x,300\n'
    expect(readTrace(text, format)).toEqual({
      intervalMs: 300_000,
      samples: [
        { startMs: Date.parse('2024-05-12T00:00Z'), tokensPerSecond: 1 },
        { startMs: Date.parse('2024-05-12T00:05Z'), tokensPerSecond: 2 },
      ],
    })
  })

  test('takes rates as they are', () => {
    const text = 'time,tokens\n2024-05-12T00:00Z,600\n'
    const { samples } = readTrace(text, { ...format, unit: 'tokens-per-second' })
    expect(samples[0]?.tokensPerSecond).toBe(600)
  })

  test.each([
    ['', /empty/],
    ['time,tokens\n', /no rows/],
    ['time,requests\n2024-05-12T00:00Z,1', /no column "tokens", only time, requests/],
    ['time,tokens\n2024-05-12T00:00Z,1\nsoon,2', /row 3: "soon"/],
    ['time,tokens\n2024-05-12T00:00Z,\n', /row 2/],
    ['time,tokens\n2024-05-12T00:00Z,-1\n', /row 2: "-1"/],
    ['time,tokens\n2024-05-12T00:00Z,1\n2024-05-12 00:00,2', /two rows of 2024-05-12T00:00/],
    ['time,tokens\n"2024', /not CSV/],
  ])('%j is refused', (text, message) => {
    expect(() => readTrace(text, format)).toThrow(InvalidInput)
    expect(() => readTrace(text, format)).toThrow(message)
  })
})
