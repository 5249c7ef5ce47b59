import { describe, expect, it } from 'vitest'
import { windowsFrom } from '../../services/domain/window.ts'
import type { WindowForecast } from '../../services/forecast/index.ts'
import { memoryArchive } from '../../services/grid/adapters/memory-store.ts'
import { gridDesk, skillWords, type ZoneBoard } from '../../services/grid/index.ts'
import { average, HOUR_MS, NOW_MS } from '../forecast/support.ts'

const windows = windowsFrom(NOW_MS, HOUR_MS, 72)
const number = { carbonGPerKwh: 300, lowGPerKwh: 250, highGPerKwh: 350 }
/** Forecasts of 72 hours that show no skill on the second day. */
const found = windows.map(
  (_, hour): WindowForecast => ({
    ...number,
    quality: 'blended',
    source: 'blend',
    ...(hour >= 24 && hour < 48 ? { timeShift: false } : {}),
  }),
)
const sentence = "no skill in placing work 24 to 48 h ahead (24 windows): each day's mean stands in"

describe('the words for a want of skill', () => {
  it('name the hours, and are not said where there is skill', () => {
    expect(skillWords(windows, found, NOW_MS)).toEqual([sentence])
    const skilled = found.map((each) => ({ ...each, timeShift: true }))
    expect(skillWords(windows, skilled, NOW_MS)).toEqual([])
  })

  it('count from now, and never backwards', () => {
    const [later] = skillWords(windows, found, NOW_MS + 30 * HOUR_MS)
    expect(later).toMatch(/^no skill in placing work 0 to 18 h ahead/)
  })

  it('reach whoever asks for the forecast, behind why better sources were silent', async () => {
    const reading = {
      zone: 'DE',
      measure: average,
      series: [],
      history: undefined,
      trained: undefined,
      rung: 'blended',
      reasons: ['neso forecast: no answer'],
    } as const
    const board: ZoneBoard = {
      zone: async () => ({
        reading,
        forecast: () => windows.map((window, hour) => ({ ...window, ...found[hour]! })),
      }),
      lookAgain: async () => undefined,
    }
    const desk = gridDesk({
      board,
      archive: memoryArchive(),
      sources: [],
      zones: ['DE'],
      measure: average,
      nowMs: () => NOW_MS,
    })
    const forecast = await desk.forecast('DE', windows)
    expect(forecast.reasons).toEqual(['neso forecast: no answer', sentence])
    expect(forecast.windows[24]!.timeShift).toBe(false)
  })
})
