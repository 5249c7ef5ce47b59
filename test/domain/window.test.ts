import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { durationOf, windowsFrom } from '../../services/domain/window.ts'

describe('windowsFrom', () => {
  it('starts with the window that contains now', () => {
    const now = Date.parse('2026-03-29T00:59:59Z')
    const [first, second] = windowsFrom(now, 3_600_000, 2)
    expect(new Date(first!.startMs).toISOString()).toBe('2026-03-29T00:00:00.000Z')
    expect(second!.startMs).toBe(first!.endMs)
    expect(durationOf(first!)).toBe(3600)
  })

  it('tiles time without gap or overlap, across every change of clocks', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4e12 }),
        fc.constantFrom(300_000, 900_000, 3_600_000),
        fc.integer({ min: 1, max: 300 }),
        (now, windowMs, count) => {
          const windows = windowsFrom(now, windowMs, count)
          expect(windows).toHaveLength(count)
          expect(windows[0]!.startMs).toBeLessThanOrEqual(now)
          expect(windows[0]!.endMs).toBeGreaterThan(now)
          for (let i = 1; i < count; i++) expect(windows[i]!.startMs).toBe(windows[i - 1]!.endMs)
        },
      ),
    )
  })
})
