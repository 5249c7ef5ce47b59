import type { CarbonSeries } from '../domain/carbon-series.ts'
import { finish, type Steps } from '../domain/steps.ts'
import { blendedHour } from './blend-forecast.ts'
import { blockSaving, capturedPct, interruptibleSaving, type Saving } from './captured-saving.ts'
import { hourOf } from './hourly.ts'
import { coveragePct, mapePct, pinballLoss } from './score.ts'
import { type Skill, skillOf } from './skill.ts'
import { type TrainingInputs, trainOnIssues } from './train-blend.ts'

/** Forecasts compared side by side. */
export const CONTENDERS = ['provider', 'sevenDayMean', 'blend'] as const
export type Contender = (typeof CONTENDERS)[number]
type PerContender<T> = Readonly<Record<Contender, T>>

/** How well forecasts of one zone did, each judged as it stood when it was made. */
export interface ForecastScore {
  /** Issues whose truth is known at least in part. */
  readonly issues: number
  /** As many lead days as have come true, four at most. */
  readonly mapeByDay: PerContender<readonly number[]>
  /** Share of the perfect-foresight saving, %; undefined where no issue reaches as far. */
  readonly captured: PerContender<{
    /** A 4 h job in the next 24 h. */
    readonly fourOf24Pct: number | undefined
    /** A 24 h job that may be cut, in the next 48 h. */
    readonly day48Pct: number | undefined
  }>
  /** Of the blend's 10 % to 90 % band; 80 is honest. */
  readonly coverage80Pct: number
  /** Of the blend's 10, 50 and 90 % quantiles, gCO2e/kWh. */
  readonly pinballG: readonly [number, number, number]
  /** By lead day. */
  readonly skill: readonly Skill[]
}

const DAY_HOURS = 24
const SCORED_DAYS = 4

/** One hour of one issue. */
interface Row extends PerContender<number> {
  readonly lead: number
  readonly low: number
  readonly high: number
  readonly actual: number
}

/**
 * Scores a provider, the seven-day mean and the blend by rolling origin: every forecast uses only
 * what was known when it was issued, the blend's training included.
 *
 * @param issues oldest first
 * @param fromMs issues before it are learnt from and not scored
 */
export const scoreForecasts = (
  issues: readonly CarbonSeries[],
  inputs: TrainingInputs,
  fromMs?: number,
): ForecastScore => finish(scoreInSteps(issues, inputs, fromMs))

/** Like `scoreForecasts`, pausing after each issue. */
export function* scoreInSteps(
  issues: readonly CarbonSeries[],
  inputs: TrainingInputs,
  fromMs = Number.NEGATIVE_INFINITY,
): Steps<ForecastScore> {
  const byIssue: Row[][] = []
  const record = yield* trainOnIssues(issues, inputs, ({ hour, expertsAt }, standing) => {
    if (hour < hourOf(fromMs)) return
    const rows = leadsOf(SCORED_DAYS).flatMap((lead): Row[] => {
      const experts = expertsAt(hour + lead)
      const actual = inputs.history.at(hour + lead)
      if (!experts || actual === undefined) return []
      const { carbonGPerKwh, lowGPerKwh, highGPerKwh } = blendedHour(standing, lead, experts)
      return [
        {
          lead,
          provider: experts[0]!,
          sevenDayMean: experts[1]!,
          blend: carbonGPerKwh,
          low: lowGPerKwh,
          high: highGPerKwh,
          actual,
        },
      ]
    })
    if (rows.length > 0) byIssue.push(rows)
  })
  const all = byIssue.flat()
  const actual = all.map((row) => row.actual)
  const low = all.map((row) => row.low)
  const high = all.map((row) => row.high)
  const blend = all.map((row) => row.blend)
  return {
    issues: byIssue.length,
    mapeByDay: perContender((who) => mapeByDay(all, who)),
    captured: perContender((who) => ({
      fourOf24Pct: shareOf(savings(byIssue, who, 1, 4, blockSaving)),
      day48Pct: shareOf(savings(byIssue, who, 2, 24, interruptibleSaving)),
    })),
    coverage80Pct: coveragePct(low, high, actual),
    pinballG: [
      pinballLoss(low, actual, 0.1),
      pinballLoss(blend, actual, 0.5),
      pinballLoss(high, actual, 0.9),
    ],
    skill: record.gains.slice(0, SCORED_DAYS).map(skillOf),
  }
}

const leadsOf = (days: number): number[] =>
  Array.from({ length: days * DAY_HOURS }, (_, lead) => lead)

function perContender<T>(value: (who: Contender) => T): PerContender<T> {
  return { provider: value('provider'), sevenDayMean: value('sevenDayMean'), blend: value('blend') }
}

function mapeByDay(rows: readonly Row[], who: Contender): readonly number[] {
  return Array.from({ length: SCORED_DAYS }, (_, day) =>
    rows.filter(({ lead }) => Math.floor(lead / DAY_HOURS) === day),
  )
    .filter((ofDay) => ofDay.length > 0)
    .map((ofDay) =>
      mapePct(
        ofDay.map((row) => row[who]),
        ofDay.map((row) => row.actual),
      ),
    )
}

const shareOf = (all: readonly Saving[]): number | undefined =>
  all.length > 0 ? capturedPct(all) : undefined

/** Only issues whose first `days` are known in full: a placement in half a day compares nothing. */
function savings(
  byIssue: readonly (readonly Row[])[],
  who: Contender,
  days: number,
  length: number,
  place: typeof blockSaving,
): readonly Saving[] {
  return byIssue.flatMap((rows) => {
    const near = rows.filter(({ lead }) => lead < days * DAY_HOURS)
    if (near.length < days * DAY_HOURS) return []
    return place(
      near.map((row) => row[who]),
      near.map((row) => row.actual),
      length,
    )
  })
}
