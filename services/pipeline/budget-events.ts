import { kgFromG } from '../domain/units.ts'
import type { LedgerEntry } from '../ledger/index.ts'
import type { NewEvent } from '../notification/index.ts'

/** Shares of a day's budget that somebody wants to hear of. */
const THRESHOLDS = [0.8, 1] as const

/**
 * `budget.threshold` for each share of the day's carbon budget that has been used up. Their keys
 * name day and share, so that each is told once, however often a window is settled.
 *
 * @param day settled windows of one day of UTC
 * @param budgetG gCO2e a day
 */
export function budgetEvents(
  day: readonly LedgerEntry[],
  budgetG: number,
  occurredAtMs: number,
): readonly NewEvent[] {
  const [first] = day
  if (!first) return []
  const date = new Date(first.windowStartMs).toISOString().slice(0, 10)
  const usedG = day.reduce((sum, { planned }) => sum + planned.carbonG, 0)
  return THRESHOLDS.filter((share) => usedG >= share * budgetG).map((share) => ({
    type: 'budget.threshold',
    subject: 'budget',
    key: `${date}/${share}`,
    occurredAtMs,
    data: { date, share, usedKgCo2e: kgFromG(usedG), budgetKgCo2e: kgFromG(budgetG) },
  }))
}
