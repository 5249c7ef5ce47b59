import { expect, it } from 'vitest'
import { daysOf, type LedgerEntry, sciOf, sumOf } from '../../services/ledger/index.ts'

const HOUR_MS = 3_600_000
const entry = (hour: number, carbonG: number): LedgerEntry => ({
  windowStartMs: hour * HOUR_MS,
  windowEndMs: (hour + 1) * HOUR_MS,
  planVersion: 1,
  planned: { energyKwh: 1, carbonG },
  baseline: { energyKwh: 3, carbonG: 500 },
  tokens: 500_000,
  carbonGPerKwh: { SE: 30 },
})

it('adds windows up by the day of UTC that they begin in', () => {
  const days = daysOf([entry(23, 100), entry(24, 200), entry(25, 700)])
  expect(days.map(({ dayStartMs, windows, savedG }) => [dayStartMs, windows, savedG])).toEqual([
    [0, 1, 400],
    [24 * HOUR_MS, 2, 100],
  ])
  expect(sumOf(days)).toEqual({
    windows: 3,
    tokens: 1_500_000,
    planned: { energyKwh: 3, carbonG: 1000 },
    baseline: { energyKwh: 9, carbonG: 1500 },
    savedG: 500,
  })
  expect(daysOf([])).toEqual([])
})

it('says how far to believe a sum where every window says it, and else not', () => {
  const banded = (hour: number, carbonG: number) => {
    const { planned, baseline, ...rest } = entry(hour, carbonG)
    return {
      ...rest,
      planned: { ...planned, carbonLowG: carbonG - 30, carbonHighG: carbonG + 30 },
      baseline: { ...baseline, carbonLowG: 460, carbonHighG: 540 },
    }
  }
  const [day] = daysOf([banded(1, 100), banded(2, 200)])
  expect(day).toMatchObject({
    planned: { carbonLowG: 240, carbonHighG: 360 },
    savedG: 700,
    savedLowG: 600,
    savedHighG: 800,
  })
  const [mixed] = daysOf([banded(1, 100), entry(2, 200)])
  expect(mixed).toMatchObject({ savedG: 700 })
  expect(mixed).not.toHaveProperty('savedLowG')
})

it('gives carbon per million tokens, and none where nothing was served', () => {
  // The SCI for AI restates 130 kg per billion tokens as 0.13 g per million; it is 130 g.
  const billion = { windows: 1, tokens: 1e9, savedG: 0 }
  const emitted = { energyKwh: 400, carbonG: 130_000 }
  const sci = sciOf({ ...billion, planned: emitted, baseline: emitted }, true)
  expect(sci).toMatchObject({ scoreG: 130, units: 1000, embodied: 'counted' })
  expect(sciOf(sumOf([]), false)).not.toHaveProperty('scoreG')
})
