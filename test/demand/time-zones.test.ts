import { expect, it } from 'vitest'
import { demandOverWindows } from '../../services/demand/index.ts'
import { windowsFrom } from '../../services/domain/window.ts'
import type { Demand } from '../../services/fleet/index.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const FROM_MS = Date.parse('2024-01-01T00:00Z')
const TO_MS = Date.parse('2031-01-01T00:00Z')
/** What is asked for tells which hour of the local day it is. */
const hourly = (timezone: string): Demand => ({
  kind: 'hourly',
  origin: 'europe',
  tokensPerSecond: Array.from({ length: 24 }, (_, hour) => hour),
  timezone,
  weekendScale: 1,
})
const plain = { quantile: 1, headroom: 0 }
/** Halves, since some zones are not whole hours off. */
const HALF_MS = HOUR_MS / 2

/** Minutes by which local time is ahead, by a way that the demand does not take. */
function offsets(timezone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    timeZoneName: 'longOffset',
  })
  return (atMs) => {
    const name = format.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')!.value
    const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(name)!
    return sign ? Number(`${sign}1`) * (60 * Number(hours) + Number(minutes)) : 0
  }
}

/** Days on which the clocks of a zone are changed. */
function changes(offset: (atMs: number) => number): number[] {
  const days: number[] = []
  const month = 30 * DAY_MS
  const search = (fromMs: number, toMs: number): void => {
    if (offset(fromMs) === offset(toMs)) return
    if (toMs - fromMs <= DAY_MS) return void days.push(fromMs)
    const middle = fromMs + Math.floor((toMs - fromMs) / 2 / DAY_MS) * DAY_MS
    search(fromMs, middle)
    search(middle, toMs)
  }
  for (let atMs = FROM_MS; atMs < TO_MS; atMs += month) search(atMs, atMs + month)
  return days
}

it('asks for the local hour through every change of clocks of every zone, 2024 to 2030', () => {
  const zones = Intl.supportedValuesOf('timeZone')
  let tried = 0
  for (const timezone of zones) {
    const offset = offsets(timezone)
    for (const dayMs of [...changes(offset), FROM_MS, Date.parse('2028-02-29T00:00Z')]) {
      tried++
      const windows = windowsFrom(dayMs - DAY_MS, HALF_MS, 3 * 48)
      const asked = demandOverWindows(hourly(timezone), windows, plain)
      const expected = windows.map(({ startMs, endMs }) => {
        const localMs = (startMs + endMs) / 2 + 60_000 * offset(startMs)
        return Math.floor((((localMs % DAY_MS) + DAY_MS) % DAY_MS) / HOUR_MS)
      })
      expect(asked, `${timezone} ${new Date(dayMs).toISOString()}`).toEqual(expected)
    }
  }
  expect(zones.length).toBeGreaterThan(400)
  expect(tried).toBeGreaterThan(2_500)
})
