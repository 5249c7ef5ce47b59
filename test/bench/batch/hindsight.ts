import type { RegionOutlook } from '../../../services/batch/index.ts'
import { dot, learn, type Ridge, ridge, weightsOf } from '../../../services/forecast/ridge.ts'
import type { ZoneForecasts } from './zone-forecasts.ts'

const HOUR_MS = 3_600_000
const DAY = 24
const WEEK = 168
const RECENT = 6
/** Nothing to hold the weights back: there is more to learn from than anybody has. */
const STRENGTH = 1e-6

type Known = (hour: number) => RegionOutlook

/**
 * The forecasts of a zone after a log-linear correction by lead: by the last errors, yesterday, the
 * week's mean, the last hour and the hour of the day. The weights for each week are learnt from all
 * other weeks, later ones included, so nobody could have had them: what is lost with them is not
 * lost for want of record to learn from.
 */
export function hindsight(zone: ZoneForecasts, known: Known): Known {
  const features = featuresOf(zone, known)
  const from = zone.firstHour + WEEK
  const weekOf = (hour: number) => Math.floor((hour - from) / WEEK)
  const weeks = weekOf(zone.endHour - 1) + 1
  const firstHour = zone.truth.startMs / HOUR_MS
  const weights = Array.from({ length: DAY }, (_, lead) => {
    const size = features(from, lead).length
    const byWeek = Array.from({ length: weeks }, () => ridge(new Array(size).fill(0), STRENGTH))
    for (let hour = from; hour + lead < zone.endHour; hour++) {
      const cameG = zone.truth.carbonGPerKwh[hour + lead - firstHour]!
      const error = Math.log(cameG / known(hour).carbonGPerKwh[lead]!)
      learn(byWeek[weekOf(hour)]!, features(hour, lead), error)
    }
    return byWeek.map((left) => weightsOf(sumOf(byWeek.filter((one) => one !== left))))
  })
  const seen = new Map<number, RegionOutlook>()
  return (hour) => {
    const found = seen.get(hour)
    if (found) return found
    const outlook = known(hour)
    const carbonGPerKwh = outlook.carbonGPerKwh.map((value, lead) =>
      lead < DAY && hour >= from
        ? value * Math.exp(dot(weights[lead]![weekOf(hour)]!, features(hour, lead)))
        : value,
    )
    const corrected = { ...outlook, carbonGPerKwh }
    seen.set(hour, corrected)
    return corrected
  }
}

/** What is known at an hour of what comes `lead` hours later; logs, so ratios. */
function featuresOf({ truth }: ZoneForecasts, known: Known) {
  const firstHour = truth.startMs / HOUR_MS
  const actual = (hour: number) => Math.log(truth.carbonGPerKwh[hour - firstHour]!)
  const said = (hour: number, lead: number) => Math.log(known(hour).carbonGPerKwh[lead]!)
  const error = (hour: number) => actual(hour) - said(hour, 0)
  const mean = (count: number, of: (back: number) => number) => {
    let sum = 0
    for (let back = 1; back <= count; back++) sum += of(back)
    return sum / count
  }
  return (hour: number, lead: number): number[] => {
    const base = said(hour, lead)
    const recent = mean(RECENT, (back) => error(hour - back))
    const turn = (2 * Math.PI * ((hour + lead) % DAY)) / DAY
    return [
      1,
      error(hour - 1),
      error(hour - 2),
      recent,
      mean(DAY, (back) => error(hour - back)),
      error(hour + lead - DAY),
      actual(hour + lead - DAY) - base,
      mean(7, (back) => actual(hour + lead - back * DAY)) - base,
      actual(hour - 1) - base,
      Math.cos(turn),
      Math.sin(turn),
      recent * Math.cos(turn),
      recent * Math.sin(turn),
    ]
  }
}

function sumOf(models: readonly Ridge[]): Ridge {
  const [first] = models
  const total = ridge(first!.prior, first!.strength)
  for (const { gram, moment } of models) {
    for (const [at, value] of gram.entries()) total.gram[at]! += value
    for (const [at, value] of moment.entries()) total.moment[at]! += value
  }
  return total
}

/** The forecasts, but for the first hours, which are told as they will come. */
export const toldAhead =
  ({ truth }: ZoneForecasts, known: Known, hours: number): Known =>
  (hour) => {
    const outlook = known(hour)
    const first = hour - truth.startMs / HOUR_MS
    const carbonGPerKwh = outlook.carbonGPerKwh.map((value, lead) =>
      lead < hours ? (truth.carbonGPerKwh[first + lead] ?? value) : value,
    )
    return { ...outlook, carbonGPerKwh }
  }
