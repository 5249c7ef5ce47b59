import { expect, it } from 'vitest'
import type { LedgerEntry } from '../../services/ledger/index.ts'
import { eventIdOf } from '../../services/notification/index.ts'
import { budgetEvents } from '../../services/pipeline/budget-events.ts'

const noon = Date.parse('2026-07-01T12:00Z')
const used = (...carbonG: number[]): LedgerEntry[] =>
  carbonG.map((grams, hour) => ({
    windowStartMs: noon + hour * 3_600_000,
    windowEndMs: noon + (hour + 1) * 3_600_000,
    planVersion: 1,
    planned: { energyKwh: 1, carbonG: grams },
    baseline: { energyKwh: 1, carbonG: grams },
    tokens: 1,
    carbonGPerKwh: {},
  }))

it('tells of 80 % and of all of a day’s budget, each once', () => {
  expect(budgetEvents([], 1000, noon)).toEqual([])
  expect(budgetEvents(used(400, 399), 1000, noon)).toEqual([])
  const [most, ...none] = budgetEvents(used(400, 400), 1000, noon)
  expect(none).toEqual([])
  expect(most).toMatchObject({
    type: 'budget.threshold',
    data: { date: '2026-07-01', share: 0.8, usedKgCo2e: 0.8, budgetKgCo2e: 1 },
  })
  const both = budgetEvents(used(400, 400, 300), 1000, noon)
  expect(both.map(({ data }) => data.share)).toEqual([0.8, 1])
  expect(eventIdOf(both[0]!)).toBe(eventIdOf(most!))
})
