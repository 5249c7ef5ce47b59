import { describe, expect, test } from 'vitest'
import { readTrace, recordedOverWindows } from '../../services/demand/index.ts'
import { windowsFrom } from '../../services/domain/window.ts'

const HOUR_MS = 3_600_000
const MONDAY_MS = Date.UTC(2021, 8, 13)
const trace = readTrace(
  't,tokens\n2021-09-13T00:00Z,3600\n2021-09-13T01:00Z,7200\n2021-09-13T03:00Z,14400\n',
  { timeColumn: 't', tokensColumn: 'tokens', unit: 'tokens', intervalMinutes: 60 },
)
const csv = {
  origin: 'europe',
  kind: 'csv',
  file: 'x.csv',
  timeColumn: 't',
  tokensColumn: 'tokens',
  unit: 'tokens',
  intervalMinutes: 60,
  scale: 2,
  shiftHours: 0,
  repeat: 'weekly',
} as const

describe('traffic itself', () => {
  test('is the trace, in a straight line over holes, and the same week after week', () => {
    const windows = windowsFrom(MONDAY_MS, HOUR_MS, 4)
    expect([...recordedOverWindows(csv, windows, trace)]).toEqual([2, 4, 6, 8])
    const later = windowsFrom(MONDAY_MS + 7 * 24 * HOUR_MS, HOUR_MS, 4)
    expect([...recordedOverWindows(csv, later, trace)]).toEqual([2, 4, 6, 8])
    const shifted = windowsFrom(MONDAY_MS + 2 * HOUR_MS, HOUR_MS, 2)
    expect([...recordedOverWindows({ ...csv, shiftHours: 2 }, shifted, trace)]).toEqual([2, 4])
  })

  test('a trace of this very time is not moved into another week', () => {
    const [late] = recordedOverWindows(
      { ...csv, repeat: 'never' },
      windowsFrom(MONDAY_MS + 9 * 24 * HOUR_MS, HOUR_MS, 1),
      trace,
    )
    expect(late).toBe(8)
  })

  test('a curve of the day and a constant speak for themselves', () => {
    const hourly = {
      origin: 'europe',
      kind: 'hourly',
      timezone: 'Europe/Berlin',
      weekendScale: 0.5,
      tokensPerSecond: Array.from({ length: 24 }, (_, hour) => hour),
    } as const
    const at = (ms: number) => recordedOverWindows(hourly, windowsFrom(ms, HOUR_MS, 1))[0]
    expect(at(MONDAY_MS + 6 * HOUR_MS)).toBe(8)
    expect(at(MONDAY_MS + 5 * 24 * HOUR_MS + 6 * HOUR_MS)).toBe(4)
    const constant = { origin: 'europe', kind: 'constant', tokensPerSecond: 5 } as const
    expect([...recordedOverWindows(constant, windowsFrom(0, HOUR_MS, 2))]).toEqual([5, 5])
  })

  test('seconds without a date are counted from a Monday', () => {
    const plain = readTrace('t_s,tokens\n0,600\n600.5,1200\n', {
      timeColumn: 't_s',
      tokensColumn: 'tokens',
      unit: 'tokens',
      intervalMinutes: 10,
    })
    expect(new Date(plain.samples[0]!.startMs).getUTCDay()).toBe(1)
    expect(plain.samples[1]!.startMs - plain.samples[0]!.startMs).toBe(600_500)
  })
})
