import { describe, expect, it } from 'vitest'
import {
  assertCarbonSeries,
  assertSameMeasure,
  type CarbonSeries,
  sameMeasure,
} from '../../services/domain/carbon-series.ts'
import { InvalidInput } from '../../services/domain/errors.ts'
import { epochMs, type GCo2PerKwh } from '../../services/domain/units.ts'

const series = (
  slots: readonly (readonly [startMs: number, endMs: number, carbonGPerKwh: number])[],
  signal: 'average' | 'marginal' = 'average',
): CarbonSeries => ({
  zone: 'DE',
  source: 'test',
  signal,
  basis: 'lifecycle',
  issuedAtMs: epochMs(0),
  quality: 'forecast',
  slots: slots.map(([startMs, endMs, carbonGPerKwh]) => ({
    startMs: epochMs(startMs),
    endMs: epochMs(endMs),
    carbonGPerKwh: carbonGPerKwh as GCo2PerKwh,
  })),
})

describe('a carbon series', () => {
  it('may have gaps, and negative values at the margin', () => {
    const gap = series([
      [0, 1, 5],
      [2, 3, 6],
    ])
    expect(assertCarbonSeries(gap)).toBe(gap)
    expect(() => assertCarbonSeries(series([[0, 1, -5]], 'marginal'))).not.toThrow()
  })

  it.each<[string, CarbonSeries]>([
    ['has no slots', series([])],
    ['ends before it starts', series([[1, 1, 5]])],
    [
      'overlaps',
      series([
        [0, 2, 5],
        [1, 3, 5],
      ]),
    ],
    ['is not a number', series([[0, 1, Number.NaN]])],
    ['is negative', series([[0, 1, -1]])],
  ])('that %s is refused', (message, wrong) => {
    expect(() => assertCarbonSeries(wrong)).toThrow(InvalidInput)
    expect(() => assertCarbonSeries(wrong)).toThrow(message)
  })

  it('never meets one of another measure', () => {
    const average = series([[0, 1, 5]])
    const marginal = series([[0, 1, 5]], 'marginal')
    expect(sameMeasure(average, average)).toBe(true)
    expect(() => assertSameMeasure(average, average)).not.toThrow()
    expect(() => assertSameMeasure(average, marginal)).toThrow(
      'cannot mix average/lifecycle of test with marginal/lifecycle of test',
    )
    const direct = { signal: 'average', basis: 'direct' } as const
    expect(() => assertSameMeasure(average, direct)).toThrow('with average/direct')
  })
})
