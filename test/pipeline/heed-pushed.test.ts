import { describe, expect, it } from 'vitest'
import { windowsFrom } from '../../services/domain/window.ts'
import type { PushedDemand } from '../../services/overlays/index.ts'
import { heedPushed } from '../../services/pipeline/heed-pushed.ts'

const HOUR_MS = 3_600_000
const startMs = Date.parse('2026-07-01T12:00Z')
const windows = windowsFrom(startMs, HOUR_MS, 3)
const slot = (fromHours: number, toHours: number, tokensPerSecond: number) => ({
  startMs: startMs + fromHours * HOUR_MS,
  endMs: startMs + toHours * HOUR_MS,
  tokensPerSecond,
})
const told = (kind: PushedDemand['kind'], ...slots: PushedDemand['slots']): PushedDemand => ({
  model: 'llama',
  origin: 'europe',
  kind,
  slots,
})

describe('heedPushed', () => {
  it('leaves the fleet file alone where nobody said anything', () => {
    expect(heedPushed([100, 100, 100], [], windows, 0.1)).toEqual([100, 100, 100])
  })

  it('takes a forecast where it covers a window whole, at its highest, with head-room', () => {
    const pushed = told('forecast', slot(0, 0.5, 50), slot(0.5, 1, 200), slot(1, 1.5, 900))
    expect(heedPushed([100, 100, 100], [pushed], windows, 0.5)).toEqual([300, 100, 100])
  })

  it('lets a forecast lower a window, but what was observed only raise the first', () => {
    const low = told('forecast', slot(0, 2, 10))
    const seen = told('observed', slot(-0.2, 0, 80))
    expect(heedPushed([100, 100, 100], [low, seen], windows, 0)).toEqual([80, 10, 100])
    expect(heedPushed([100, 100, 100], [seen], windows, 0)).toEqual([100, 100, 100])
  })
})
