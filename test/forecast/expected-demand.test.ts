import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  demandToServe,
  expectedDemand,
  type SeenTraffic,
  weekPeak,
} from '../../services/forecast/index.ts'

const WINDOW_SECONDS = 900
const WEEK = 604_800 / WINDOW_SECONDS

/** Traffic that was seen for so long; nothing before that. */
const seen = (rates: readonly number[], aheadWindows = 2): SeenTraffic => {
  const rateAt = (ago: number) => rates[ago - 1] ?? 0
  return {
    windowSeconds: WINDOW_SECONDS,
    aheadWindows,
    rateAt,
    peak: (enough) => weekPeak(WINDOW_SECONDS, rateAt, enough),
  }
}
const arbitraryRate = fc.double({ min: 0, max: 1e6, noNaN: true })
const arbitraryRates = fc.array(arbitraryRate, { maxLength: WEEK + 4, size: 'max' })

describe('what to be ready for', () => {
  it('is never less than the higher of the last two windows, and with head-room never less than that', () => {
    fc.assert(
      fc.property(
        arbitraryRates,
        fc.integer({ min: 0, max: 30 }),
        fc.double({ min: 1, max: 5, noNaN: true }),
        (rates, ahead, headroom) => {
          const traffic = seen(rates, ahead)
          const expected = expectedDemand(traffic)
          expect(expected).toBeGreaterThanOrEqual(Math.max(rates[0] ?? 0, rates[1] ?? 0))
          const ready = demandToServe(traffic, headroom)
          expect(ready).toBeGreaterThanOrEqual(expected)
          expect(ready).toBeLessThanOrEqual(headroom * expected)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('scales with the traffic', () => {
    fc.assert(
      fc.property(arbitraryRates, (rates) => {
        const [one, ten] = [rates, rates.map((rate) => 10 * rate)].map((of) =>
          demandToServe(seen(of), 1.3),
        )
        expect(ten! / 10).toBeCloseTo(one!, 3)
      }),
      { numRuns: 30 },
    )
  })

  it('knows what last week did next, as far ahead as it has to do', () => {
    const rates = Array.from({ length: WEEK + 4 }, (_, i) => (i === WEEK - 4 ? 130 : 100))
    expect(expectedDemand(seen(rates, 2))).toBeCloseTo(100, 9)
    expect(expectedDemand(seen(rates, 4))).toBeCloseTo(110, 9)
  })
})
