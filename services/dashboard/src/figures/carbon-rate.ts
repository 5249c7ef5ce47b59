import type { PlanFigures } from './capacity.ts'
import { type Schedule, sumOf, windowAt } from './schedule.ts'

/** Carbon in one window of a plan beside the rule of thumb in the same window, gCO2e an hour. */
export interface CarbonRate {
  readonly plannedGPerHour: number
  readonly baselineGPerHour: number
}

const HOUR_MS = 3_600_000

/** @returns undefined outside the horizon */
export function carbonRateAt(
  schedule: Schedule,
  { regions, baselineCarbonG }: PlanFigures,
  atMs: number,
): CarbonRate | undefined {
  const index = windowAt(schedule, atMs)
  const window = schedule.windows[index]
  if (!window) return undefined
  const hours = (window.endMs - window.startMs) / HOUR_MS
  return {
    plannedGPerHour: sumOf(regions, ({ carbonG }) => carbonG[index] ?? 0) / hours,
    baselineGPerHour: (baselineCarbonG[index] ?? 0) / hours,
  }
}
