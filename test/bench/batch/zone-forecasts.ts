import type { RegionOutlook } from '../../../services/batch/index.ts'
import { finish } from '../../../services/domain/steps.ts'
import { blendedHour } from '../../../services/forecast/blend-forecast.ts'
import { flattenUnskilled } from '../../../services/forecast/flatten-unskilled.ts'
import { climatologyOf, hourlyValues } from '../../../services/forecast/index.ts'
import {
  forecastedBy,
  learnNowcast,
  nowcast,
  nowcastFactor,
} from '../../../services/forecast/nowcast.ts'
import type { Watch } from '../../../services/forecast/replay-origins.ts'
import { skillOf } from '../../../services/forecast/skill.ts'
import { trainOnIssues } from '../../../services/forecast/train-blend.ts'
import type { RecordedZone } from '../../support/recorded-zones.ts'

const HOUR_MS = 3_600_000
/** The archived issues end there. */
const LEADS = 96
const CORRECTED = 24
const average = { signal: 'average', basis: 'lifecycle' } as const

/** One zone's record, hour by hour, as it stood at each hour. */
export interface ZoneForecasts {
  readonly zone: string
  /** Hours since the epoch: of the first issue, and one past the last that can be judged. */
  readonly firstHour: number
  readonly endHour: number
  /** What was known at the beginning of an hour. */
  at(hour: number): RegionOutlook
  /** Was there proof at the beginning of an hour that the forecast saves so many days ahead? */
  skilled(hour: number, days: number): boolean
  /** What came. */
  readonly truth: RegionOutlook
}

/** One issue, blended with what the past teaches. */
interface Issue {
  readonly hour: number
  readonly blendedG: readonly number[]
  readonly flatG: readonly number[]
  /** Lead days from the first on that have proof of skill. */
  readonly skilledDays: number
}

/** Replays a zone's archived issues through the product's blend and nowcast, without look-ahead. */
export function zoneForecasts({ zone, issues, history }: RecordedZone): ZoneForecasts {
  const values = hourlyValues(history.slots)
  const climatology = climatologyOf(zone, average)
  const made: Issue[] = []
  const inputs = { history: values, climatology, nowMs: history.slots.at(-1)!.endMs }
  const watch: Watch = ({ hour, expertsAt }, record) => {
    const hours = Array.from({ length: LEADS }, (_, lead) => ({
      hour: hour + lead,
      provided: true,
      ...blendedHour(record, lead, expertsAt(hour + lead)!),
    }))
    const unproven = record.gains.findIndex((gains) => skillOf(gains) !== 'proven')
    made.push({
      hour,
      skilledDays: unproven < 0 ? record.gains.length : unproven,
      blendedG: hours.map(({ carbonGPerKwh }) => carbonGPerKwh),
      flatG: flattenUnskilled(hours, hour).map(({ carbonGPerKwh }) => carbonGPerKwh),
    })
  }
  finish(trainOnIssues(issues, inputs, watch))
  const firstHour = made[0]!.hour
  const issueAt = (hour: number) =>
    made[Math.min(made.length - 1, Math.floor((hour - firstHour) / 24))]
  const forecasted = forecastedBy(made.map(({ hour, blendedG }) => ({ hour, blended: blendedG })))
  const correction = nowcast(firstHour)
  const outlook = (hour: number, carbonGPerKwh: readonly number[]): RegionOutlook => ({
    region: zone,
    startMs: hour * HOUR_MS,
    windowMs: HOUR_MS,
    carbonGPerKwh,
    pue: 1,
    usdPerGpuHour: 0,
  })
  const learnAndTell = (hour: number) => {
    finish(learnNowcast(correction, values, forecasted, hour))
    const { hour: from, flatG } = issueAt(hour)!
    const rest = flatG.slice(hour - from)
    for (let lead = 0; lead < CORRECTED; lead++) {
      rest[lead]! *= nowcastFactor(correction, values, forecasted, hour, lead)
    }
    return outlook(hour, rest)
  }
  // The nowcast only ever learns: an hour looked at after a later one would know what came.
  const told: RegionOutlook[] = []
  return {
    zone,
    firstHour,
    endHour: made.at(-1)!.hour + 24,
    at(hour) {
      while (told.length <= hour - firstHour) told.push(learnAndTell(firstHour + told.length))
      return told[hour - firstHour]!
    },
    skilled: (hour, days) => issueAt(hour)!.skilledDays >= days,
    truth: outlook(
      firstHour,
      Array.from(
        { length: values.endHour - firstHour },
        (_, index) => values.at(firstHour + index)!,
      ),
    ),
  }
}
