import type { CarbonSeries } from '../domain/carbon-series.ts'
import { blendOf, LONGEST_LEAD_HOURS } from './blend-model.ts'
import type { Climatology } from './climatology.ts'
import { bandOf } from './error-band.ts'
import { naiveForecasts } from './experts.ts'
import { type HourlyValues, hourlyValues, hourOf } from './hourly.ts'
import { type Skill, skillOf } from './skill.ts'
import { BAND_HOURS, type BlendRecord, withoutProvider, withProvider } from './train-blend.ts'

/** The blend's word on one hour. */
export interface BlendedHour {
  readonly hour: number
  readonly carbonGPerKwh: number
  readonly lowGPerKwh: number
  readonly highGPerKwh: number
  /** Does placing jobs by it at this lead day save anything? */
  readonly skill: Skill
  /** The provider speaks for this hour; otherwise only the past does. */
  readonly provided: boolean
}

export interface BlendInputs {
  /** Trained on the issues of the provider that made `issue`. */
  readonly onIssues?: BlendRecord | undefined
  readonly onHistory: BlendRecord
  readonly issue?: CarbonSeries | undefined
  readonly history: HourlyValues
  readonly climatology?: Climatology | undefined
  readonly nowMs: number
}

/**
 * The blended forecast from the current hour on, a week long: the provider's where it reaches,
 * corrected by its record, and the past's beyond. Hours nothing is known of are left out.
 *
 * Leads count from the issue, because that is what errors grow with: an old issue is trusted as far
 * as its age says.
 */
export function blendForecast(inputs: BlendInputs): readonly BlendedHour[] {
  const nowHour = hourOf(inputs.nowMs)
  const promised = inputs.onIssues && inputs.issue ? hourlyValues(inputs.issue.slots) : undefined
  const issueAge = inputs.issue ? Math.max(0, nowHour - hourOf(inputs.issue.issuedAtMs)) : 0
  const naive = naiveForecasts(inputs.history, inputs.climatology, nowHour)
  const hours: BlendedHour[] = []
  for (let ahead = 0; ahead < LONGEST_LEAD_HOURS; ahead++) {
    const hour = nowHour + ahead
    const rest = naive(hour)
    if (!rest) continue
    const providerG = ahead + issueAge < LONGEST_LEAD_HOURS ? promised?.at(hour) : undefined
    hours.push(
      providerG === undefined
        ? { hour, provided: false, ...blendedHour(inputs.onHistory, ahead, withoutProvider(rest)) }
        : {
            hour,
            provided: true,
            ...blendedHour(inputs.onIssues!, ahead + issueAge, withProvider(providerG, rest)),
          },
    )
  }
  return hours
}

/** Value, band and skill at one lead, as the record stands. */
export function blendedHour(record: BlendRecord, lead: number, experts: readonly number[]) {
  const value = blendOf(record.model, lead, experts, record.floorG)
  const band = bandOf(record.bands[Math.floor(lead / BAND_HOURS)]!, lead)
  const scale = Math.max(Math.abs(value), record.floorG)
  return {
    carbonGPerKwh: value,
    lowGPerKwh: value + (band.low - 1) * scale,
    highGPerKwh: value + (band.high - 1) * scale,
    skill: skillOf(record.gains[Math.floor(lead / 24)]!),
  }
}
