import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { greatestUtilisation, waitQuantileMs } from '../../services/fitting/slot-queue.ts'

describe('waitQuantileMs', () => {
  it('is the M/M/1 quantile with one slot', () => {
    // P(W > t) = rho exp(-(1 - rho) t / hold): 0.8 exp(-0.2 t / 100) = 0.05.
    const wait = waitQuantileMs({ slots: 1, holdMs: 100, holdCv: 1 }, 0.8, 0.95)
    expect(wait).toBeCloseTo((Math.log(0.8 / 0.05) * 100) / 0.2, 6)
  })

  it('agrees with a table of Erlang C: 10 slots at 0.8 make 41 % wait', () => {
    const wait = waitQuantileMs({ slots: 10, holdMs: 1000, holdCv: 1 }, 0.8, 0.9)
    expect(wait).toBeCloseTo(Math.log(0.4092 / 0.1) * 500, 0)
  })

  it('is nothing where few enough wait', () => {
    expect(waitQuantileMs({ slots: 100, holdMs: 1000, holdCv: 1 }, 0.5, 0.95)).toBe(0)
  })
})

describe('greatestUtilisation', () => {
  it('keeps the wait, just', () => {
    const queue = fc.record({
      slots: fc.integer({ min: 1, max: 300 }),
      holdMs: fc.double({ min: 10, max: 60_000, noNaN: true }),
      holdCv: fc.double({ min: 0, max: 2, noNaN: true }),
    })
    fc.assert(
      fc.property(queue, fc.double({ min: 1, max: 5_000, noNaN: true }), (of, waitMs) => {
        const utilisation = greatestUtilisation(of, waitMs, 0.95)
        expect(waitQuantileMs(of, utilisation, 0.95)).toBeLessThanOrEqual(waitMs)
        expect(waitQuantileMs(of, Math.min(0.9999, utilisation + 0.001), 0.95)).toBeGreaterThan(
          utilisation > 0.998 ? -1 : waitMs,
        )
      }),
      { numRuns: 100, seed: 1 },
    )
  })

  it('is none without time to wait', () => {
    expect(greatestUtilisation({ slots: 8, holdMs: 100, holdCv: 1 }, -1, 0.95)).toBe(0)
  })
})
