import type { Steps } from '../domain/steps.ts'
import type { HourlyValues } from './hourly.ts'
import type { SaidAt } from './replay-origins.ts'
import { dot, forget, learn, type Ridge, ridge, weightsOf } from './ridge.ts'

/** What was forecast for an hour by the issue in force at `originHour`; undefined where none was. */
export type Forecasted = (originHour: number, targetHour: number) => number | undefined

/**
 * How the errors of the last hours carry over to the next ones, learnt by lead.
 *
 * Between two issues of a forecast, hours come true. A regression of the log error at each lead on
 * the last hour's error, the mean of the last six and that of the same hour a day before corrects
 * what is left of the issue; where errors do not persist its weights are near zero.
 *
 * Mutable on purpose: it is a running sum, private to the function that trains it.
 */
export interface Nowcast {
  readonly byLead: readonly Ridge[]
  /** Hours before it are learnt. */
  learntTo: number
}

/** Beyond a day the next issue says more than the last error does. */
const NOWCAST_HOURS = 24
const RECENT_HOURS = 6
const PRIOR = [0, 0, 0]
const STRENGTH = 0.3
/** Half is forgotten in two months of hours. */
const HOURLY_MEMORY = 0.9995
/** A tenfold error is a fault of the data; nobody should act on it. */
const LARGEST_LOG = Math.log(10)

/** Reads a record of past forecasts, oldest first. O(log n). */
export function forecastedBy(said: readonly SaidAt[]): Forecasted {
  return (originHour, targetHour) => {
    let low = -1
    let high = said.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (said[middle]!.hour <= originHour) low = middle
      else high = middle - 1
    }
    const issue = said[low]
    return issue?.blended[targetHour - issue.hour]
  }
}

/** @param fromHour the first hour that a forecast was made at */
export const nowcast = (fromHour: number): Nowcast => ({
  byLead: Array.from({ length: NOWCAST_HOURS }, () => ridge(PRIOR, STRENGTH)),
  learntTo: fromHour,
})

/**
 * Learns from every hour before `nowHour` that was not learnt yet. Later hours are not looked at.
 * Pauses after each day of them.
 */
export function* learnNowcast(
  model: Nowcast,
  history: HourlyValues,
  forecasted: Forecasted,
  nowHour: number,
): Steps<void> {
  const errorAt = errorsInForce(history, forecasted)
  for (let hour = model.learntTo; hour < nowHour; hour++) {
    for (const [lead, regression] of model.byLead.entries()) {
      const origin = hour - lead
      const error = logError(history, forecasted(origin, hour), hour)
      const features = featuresAt(errorAt, origin, hour)
      if (error === undefined || !features) continue
      forget(regression, HOURLY_MEMORY)
      learn(regression, features, error)
    }
    if (hour % NOWCAST_HOURS === 0) yield
  }
  model.learntTo = Math.max(model.learntTo, nowHour)
}

/** What to multiply the forecast for `nowHour + lead` with; 1 where nothing is known. */
export function nowcastFactor(
  model: Nowcast,
  history: HourlyValues,
  forecasted: Forecasted,
  nowHour: number,
  lead: number,
): number {
  const regression = model.byLead[lead]
  if (!regression) return 1
  const features = featuresAt(errorsInForce(history, forecasted), nowHour, nowHour + lead)
  return features ? Math.exp(dot(weightsOf(regression), features)) : 1
}

type ErrorAt = (hour: number) => number | undefined

/** The error of each hour by the issue in force at it; each is worked out once. */
function errorsInForce(history: HourlyValues, forecasted: Forecasted): ErrorAt {
  const known = new Map<number, number | undefined>()
  return (hour) => {
    if (!known.has(hour)) known.set(hour, logError(history, forecasted(hour, hour), hour))
    return known.get(hour)
  }
}

function featuresAt(errorAt: ErrorAt, origin: number, target: number): number[] | undefined {
  const last = errorAt(origin - 1)
  if (last === undefined) return undefined
  let sum = 0
  let count = 0
  for (let back = 1; back <= RECENT_HOURS; back++) {
    const error = errorAt(origin - back)
    if (error === undefined) continue
    sum += error
    count++
  }
  return [last, sum / count, errorAt(target - NOWCAST_HOURS) ?? 0]
}

/** Log of actual over forecast; undefined where either is missing or not above zero. */
function logError(
  history: HourlyValues,
  forecastG: number | undefined,
  hour: number,
): number | undefined {
  const actualG = history.at(hour)
  if (actualG === undefined || forecastG === undefined || actualG <= 0 || forecastG <= 0) return
  const error = Math.log(actualG / forecastG)
  return Math.max(-LARGEST_LOG, Math.min(LARGEST_LOG, error))
}
