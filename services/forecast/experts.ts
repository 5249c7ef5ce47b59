import { type Climatology, climateMeanG } from './climatology.ts'
import { HOUR_MS, type HourlyValues } from './hourly.ts'

const DAY_HOURS = 24
const WEEK_DAYS = 7
const WEEK_HOURS = WEEK_DAYS * DAY_HOURS
/** A climatology is shifted to the level of late, but not by more than this factor. */
const LARGEST_LEVEL_RATIO = 5

/** What three simple rules say of an hour, from nothing but the past. */
export interface Naive {
  /** Mean of the same hour over the last seven days. */
  readonly weekG: number
  /** The same hour of the last day that has it. */
  readonly yesterdayG: number
  /** The climatology at the level of the last seven days; the week's mean where there is none. */
  readonly climateG: number
}

/**
 * The naive forecasts made at `originHour`, for any later hour. Values at and after the origin are
 * never looked at.
 *
 * @returns a function of the target hour; it gives undefined where the last week lacks that hour
 *   of the day
 */
export function naiveForecasts(
  history: HourlyValues,
  climatology: Climatology | undefined,
  originHour: number,
): (targetHour: number) => Naive | undefined {
  const ratio = climatology ? levelRatio(history, climatology, originHour) : undefined
  const phases = Array.from({ length: DAY_HOURS }, (_, phase) =>
    pastDays(history, originHour + phase),
  )
  return (targetHour) => {
    const past = phases[(targetHour - originHour) % DAY_HOURS]!
    if (!past) return undefined
    const climateG =
      climatology && ratio !== undefined
        ? climateMeanG(climatology, targetHour * HOUR_MS) * ratio
        : past.weekG
    return { ...past, climateG }
  }
}

/** Mean and newest of the same hour on the seven days before. */
function pastDays(history: HourlyValues, hour: number): Omit<Naive, 'climateG'> | undefined {
  let sum = 0
  let count = 0
  let yesterdayG: number | undefined
  for (let day = 1; day <= WEEK_DAYS; day++) {
    const value = history.at(hour - day * DAY_HOURS)
    if (value === undefined) continue
    yesterdayG ??= value
    sum += value
    count++
  }
  return yesterdayG === undefined ? undefined : { weekG: sum / count, yesterdayG }
}

/** How much dirtier the last week was than such weeks usually are. */
function levelRatio(
  history: HourlyValues,
  climatology: Climatology,
  originHour: number,
): number | undefined {
  let seenG = 0
  let usualG = 0
  for (let hour = originHour - WEEK_HOURS; hour < originHour; hour++) {
    const value = history.at(hour)
    if (value === undefined) continue
    seenG += value
    usualG += climateMeanG(climatology, hour * HOUR_MS)
  }
  if (usualG <= 0 || seenG <= 0) return undefined
  return Math.min(LARGEST_LEVEL_RATIO, Math.max(1 / LARGEST_LEVEL_RATIO, seenG / usualG))
}
