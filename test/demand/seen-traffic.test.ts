import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sightingOf, spansSeen } from '../../services/demand/index.ts'
import { expectedDemand } from '../../services/forecast/index.ts'

const MINUTE_MS = 60_000
const WINDOW_MS = 5 * MINUTE_MS
const WEEK_MS = 7 * 24 * 3_600_000
const NOW_MS = Date.parse('2026-07-08T12:01Z')
/** Minutes from now. */
const slot = (from: number, to: number, tokensPerSecond: number) => ({
  startMs: NOW_MS + from * MINUTE_MS,
  endMs: NOW_MS + to * MINUTE_MS,
  tokensPerSecond,
})

describe('what was seen of traffic', () => {
  it('is nothing where nothing is known of the last quarter of an hour', () => {
    expect(sightingOf([], 0, NOW_MS)).toBeUndefined()
    expect(sightingOf([slot(-30, -15, 100)], 100, NOW_MS)).toBeUndefined()
    expect(sightingOf([slot(1, 6, 100)], 100, NOW_MS)).toBeUndefined()
    expect(sightingOf([slot(-30, -14, 100)], 100, NOW_MS)).toBeDefined()
  })

  it('ends with the newest window that a slot tells of, by the highest rate in it', () => {
    const minutes = [slot(-6, -1, 90), slot(-1, -0.5, 150), slot(-0.5, 0, 130)]
    const { lastTokensPerSecond, until } = sightingOf(minutes, 150, NOW_MS)!
    expect(lastTokensPerSecond).toBe(150)
    const { rateAt, windowSeconds, aheadWindows, peak } = until(NOW_MS + 14 * MINUTE_MS)
    expect([windowSeconds, aheadWindows, peak(1)]).toEqual([300, 3, 150])
    expect([1, 2].map(rateAt)).toEqual([150, 90])
    const late = sightingOf([slot(-11, -6, 80)], 80, NOW_MS)!
    expect(late.until(NOW_MS + 14 * MINUTE_MS).aheadWindows).toBe(5)
    expect(late.until(NOW_MS - 30 * MINUTE_MS).aheadWindows).toBe(1)
  })

  it('stands still where nobody looked, so that a hole is neither unrest nor a rise', () => {
    const { until } = sightingOf([slot(-61, -56, 100), slot(-21, -1, 100)], 100, NOW_MS)!
    const seen = until(NOW_MS + 4 * MINUTE_MS)
    expect(Array.from({ length: 25 }, (_, i) => seen.rateAt(i + 1))).toEqual(Array(25).fill(100))
    expect(seen.rateAt(26)).toBe(0)
    expect(expectedDemand(seen)).toBeCloseTo(100, 9)
  })

  it('knows how the same time of the week before went on', () => {
    const weekAgo = (from: number, to: number, rate: number) => {
      const { startMs, endMs, tokensPerSecond } = slot(from, to, rate)
      return { startMs: startMs - WEEK_MS, endMs: endMs - WEEK_MS, tokensPerSecond }
    }
    const slots = [weekAgo(-31, 19, 100), weekAgo(19, 40, 400), slot(-31, 0, 50)]
    const { until } = sightingOf(slots, 400, NOW_MS)!
    expect(expectedDemand(until(NOW_MS + 9 * MINUTE_MS))).toBeCloseTo(50, 9)
    expect(expectedDemand(until(NOW_MS + 14 * MINUTE_MS))).toBeCloseTo(80, 9)
  })

  it('needs no slot but those of the spans it asks for, and is never below the newest', () => {
    const rates = fc.array(fc.double({ min: 0, max: 1e5, noNaN: true }), {
      minLength: 2300,
      maxLength: 2300,
      size: 'max',
    })
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 120 }), fc.nat(299), (all, ahead, seconds) => {
        const nowMs = NOW_MS - MINUTE_MS + seconds * 1000 + 1
        const untilMs = nowMs + ahead * MINUTE_MS
        const first = Math.floor(nowMs / WINDOW_MS) - all.length + 1
        const slots = all.map((tokensPerSecond, i) => ({
          startMs: (first + i) * WINDOW_MS,
          endMs: (first + i + 1) * WINDOW_MS,
          tokensPerSecond,
        }))
        const { weekAgo, recent } = spansSeen(nowMs, untilMs)
        const spans = [weekAgo, recent]
        const asked = slots.filter(({ startMs, endMs }) =>
          spans.some(([fromMs, toMs]) => endMs > fromMs && startMs < toMs),
        )
        expect(asked.length).toBeLessThan(100)
        const of = (some: typeof slots) =>
          expectedDemand(sightingOf(some, 0, nowMs)!.until(untilMs))
        expect(of(asked)).toBe(of(slots))
        expect(of(asked)).toBeGreaterThanOrEqual(all.at(-1)!)
      }),
      { numRuns: 20 },
    )
  })
})
