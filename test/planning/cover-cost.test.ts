import { describe, expect, it } from 'vitest'
import { type Cover, coverCost } from '../../services/planning/cover-cost.ts'

const cover = (fixed: number[], perToken: number[], capacity: number[]): Cover => ({
  fixed: Float64Array.from(fixed),
  perToken: Float64Array.from(perToken),
  capacity: Float64Array.from(capacity),
})
const NO_EXTRA = Number.POSITIVE_INFINITY

describe('coverCost', () => {
  it('costs nothing to cover nothing', () => {
    expect(coverCost(0, NO_EXTRA, cover([1], [0], [10]))).toBe(0)
  })

  it('rounds up to whole replicas where load is free', () => {
    expect(coverCost(25, NO_EXTRA, cover([1], [0], [10]))).toBeCloseTo(3, 6)
  })

  it('finds the mix of two sizes that no size alone reaches', () => {
    // 10 + 3 for 13: 5 + 2; two tens cost 10, five threes 10.
    expect(coverCost(13, NO_EXTRA, cover([5, 2], [0, 0], [10, 3]))).toBeCloseTo(7, 6)
  })

  it('loads the last replica only with what is left', () => {
    expect(coverCost(15, NO_EXTRA, cover([1], [0.1], [10]))).toBeCloseTo(3.5, 1)
    expect(coverCost(15, NO_EXTRA, cover([1], [0.1], [10]))).toBeLessThanOrEqual(3.5)
  })

  it('takes extra load where that pays', () => {
    // A full second replica earns 1 a token/s at 0.2 a token/s of extra load.
    const bins = cover([12], [-1], [10])
    expect(coverCost(15, NO_EXTRA, bins)).toBeGreaterThan(coverCost(15, 0.2, bins))
  })

  it('is linear where there are too many replicas to round', () => {
    expect(coverCost(1999.5, NO_EXTRA, cover([1], [0], [10]))).toBeCloseTo(199.95, 9)
  })

  it('is unbounded where more load than comes would earn, and linear where it may not come', () => {
    const earning = cover([1], [-1], [10])
    expect(coverCost(10, NO_EXTRA, earning)).toBeCloseTo(-9, 9)
    expect(coverCost(10, 0.5, earning)).toBe(Number.NEGATIVE_INFINITY)
  })
})
