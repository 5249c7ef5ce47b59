import type { Window } from '../domain/window.ts'
import { groupBy } from './group-by.ts'

const MS_PER_DAY = 86_400_000

/** The windows of 24 h on end, and how much of a day they are: the last of a horizon may be cut. */
export interface CarbonDay {
  readonly windows: readonly number[]
  readonly days: number
}

/** Days of a horizon, counted from its beginning. */
export function carbonDays(windows: readonly Window[]): CarbonDay[] {
  const dayOf = (t: number) => Math.floor((windows[t]!.startMs - windows[0]!.startMs) / MS_PER_DAY)
  return [...groupBy(windows.keys(), dayOf).values()].map((own) => ({
    windows: own,
    days: own.reduce((sum, t) => sum + windows[t]!.endMs - windows[t]!.startMs, 0) / MS_PER_DAY,
  }))
}
