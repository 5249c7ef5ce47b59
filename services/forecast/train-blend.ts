import type { CarbonSeries } from '../domain/carbon-series.ts'
import type { Steps } from '../domain/steps.ts'
import { blendModel, WITH_PROVIDER, WITHOUT_PROVIDER } from './blend-model.ts'
import type { Climatology } from './climatology.ts'
import { naiveForecasts } from './experts.ts'
import { type HourlyValues, hourlyValues, hourOf } from './hourly.ts'
import { type BlendRecord, replayOrigins, type Watch } from './replay-origins.ts'

export interface TrainingInputs {
  readonly history: HourlyValues
  readonly climatology?: Climatology | undefined
  /** Hours at and after this are not known yet. */
  readonly nowMs: number
}

const DAY_HOURS = 24
/** Daily origins replayed when there is no provider to learn about. */
const REPLAYED_DAYS = 60

/**
 * Learns from a provider's past issues, each as it stood when it was issued. Pure, and quick enough
 * (about 0.1 s for two months of daily issues) to run afresh with each new issue, so that there is no
 * state to keep or migrate.
 *
 * @param issues oldest first; one a day at the hour of the current one serves best
 * @param watch sees the record as it stood at each issue, before anything later was learnt
 */
export function trainOnIssues(
  issues: readonly CarbonSeries[],
  { history, climatology, nowMs }: TrainingInputs,
  watch?: Watch,
): Steps<BlendRecord> {
  const startAt = (index: number) => {
    const issue = issues[index]!
    const promised = hourlyValues(issue.slots)
    const hour = hourOf(issue.issuedAtMs)
    const naive = naiveForecasts(history, climatology, hour)
    return {
      hour,
      expertsAt: (target: number) => {
        const providerG = promised.at(target)
        const rest = naive(target)
        return providerG === undefined || !rest ? undefined : withProvider(providerG, rest)
      },
    }
  }
  const model = blendModel(WITH_PROVIDER)
  return replayOrigins({ model, count: issues.length, startAt, history, nowMs, watch })
}

/** The same for the naive forecasts alone, replayed daily over as much history as there is. */
export function trainOnHistory({
  history,
  climatology,
  nowMs,
}: TrainingInputs): Steps<BlendRecord> {
  const nowHour = hourOf(nowMs)
  const days = Math.floor((nowHour - history.firstHour) / DAY_HOURS)
  const count = Math.max(0, Math.min(REPLAYED_DAYS, days))
  const startAt = (index: number) => {
    const hour = nowHour - (count - index) * DAY_HOURS
    const naive = naiveForecasts(history, climatology, hour)
    return {
      hour,
      expertsAt: (target: number) => {
        const rest = naive(target)
        return rest && withoutProvider(rest)
      },
    }
  }
  return replayOrigins({ model: blendModel(WITHOUT_PROVIDER), count, startAt, history, nowMs })
}

type Rest = NonNullable<ReturnType<ReturnType<typeof naiveForecasts>>>
export const withProvider = (providerG: number, { weekG, yesterdayG, climateG }: Rest) => [
  providerG,
  weekG,
  yesterdayG,
  climateG,
]
export const withoutProvider = ({ weekG, yesterdayG, climateG }: Rest) => [
  weekG,
  yesterdayG,
  climateG,
]
