import { describe, expect, it } from 'vitest'
import { rightSized, uncapped } from '../../services/accounting/right-sized.ts'
import { point } from '../planning/problems.ts'

const capped = (id: string, powerCapWatts: number) => ({
  ...point(id),
  variant: { ...point(id).variant, powerCapWatts },
})

describe('uncapped', () => {
  it('keeps each shape at its highest power, whatever comes first', () => {
    const ids = (...points: Parameters<typeof uncapped>[0]) => uncapped(points).map(({ id }) => id)
    expect(ids(capped('low', 300), capped('high', 500))).toEqual(['high'])
    expect(ids(capped('high', 500), capped('low', 300))).toEqual(['high'])
    expect(ids(capped('high', 500), point('free'))).toEqual(['free'])
    const wide = point('wide', { gpusPerReplica: 2 })
    expect(ids(point('free'), wide)).toEqual(['free', 'wide'])
  })
})

describe('rightSized', () => {
  it('picks what draws least at the peak, wherever it stands', () => {
    const wasteful = point('wasteful', { gpusPerReplica: 2, idleWatts: 900 })
    const frugal = point('frugal', { idleWatts: 50 })
    expect(rightSized([wasteful, frugal], 100)?.id).toBe('frugal')
    expect(rightSized([frugal, wasteful], 100)?.id).toBe('frugal')
    expect(rightSized([], 100)).toBeUndefined()
  })
})
