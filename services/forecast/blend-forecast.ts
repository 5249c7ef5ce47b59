import type { CarbonSeries } from '../domain/carbon-series.ts'
import { blendOf, LONGEST_LEAD_HOURS } from './blend-model.ts'
import { bandOf } from './error-band.ts'
import { naiveForecasts } from './experts.ts'
import { type HourlyValues, hourlyValues, hourOf } from './hourly.ts'
import { forecastedBy, nowcastFactor } from './nowcast.ts'
import { BAND_HOURS, type BlendRecord } from './replay-origins.ts'
import { type Skill, skillOf } from './skill.ts'
import { withoutProvider, withProvider } from './train-blend.ts'
import type { TrainedZone } from './train-zone.ts'

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

/**
 * The blended forecast from the current hour on, a week long: the provider's where it reaches,
 * corrected by its record, and the past's beyond. Hours nothing is known of are left out.
 *
 * Leads count from the issue, because that is what errors grow with: an old issue is trusted as far
 * as its age says.
 *
 * @param issue the newest forecast of the provider the zone was trained on
 */
export function blendForecast(
  zone: TrainedZone,
  issue: CarbonSeries | undefined,
  nowMs: number,
): readonly BlendedHour[] {
  const { onIssues, onHistory, history, climatology } = zone
  const nowHour = hourOf(nowMs)
  const promised = onIssues && issue ? hourlyValues(issue.slots) : undefined
  const issueAge = issue ? Math.max(0, nowHour - hourOf(issue.issuedAtMs)) : 0
  const naive = naiveForecasts(history, climatology, nowHour)
  const factorOf = promised && correction(zone, issue!, promised, nowHour)
  const hours: BlendedHour[] = []
  for (let ahead = 0; ahead < LONGEST_LEAD_HOURS; ahead++) {
    const hour = nowHour + ahead
    const rest = naive(hour)
    if (!rest) continue
    const lead = ahead + issueAge
    const providerG = saidOf(promised, hour, lead)
    if (providerG !== undefined) {
      const said = blendedHour(onIssues!, lead, withProvider(providerG, rest))
      hours.push({ hour, provided: true, ...scaled(said, factorOf!(ahead)) })
    } else if (onHistory) {
      hours.push({ hour, provided: false, ...blendedHour(onHistory, ahead, withoutProvider(rest)) })
    }
  }
  return hours
}

/** An issue as old as a week says nothing. */
const saidOf = (promised: HourlyValues | undefined, hour: number, lead: number) =>
  lead < LONGEST_LEAD_HOURS ? promised?.at(hour) : undefined

/** What the hours since the issue say of the next ones, by hours from now; 1 where nothing. */
function correction(
  { onIssues, nowcast, history, climatology }: TrainedZone,
  issue: CarbonSeries,
  promised: HourlyValues,
  nowHour: number,
): (ahead: number) => number {
  const hour = hourOf(issue.issuedAtMs)
  const naive = naiveForecasts(history, climatology, hour)
  const blended = Array.from({ length: LONGEST_LEAD_HOURS }, (_, lead) => {
    const providerG = promised.at(hour + lead)
    const rest = naive(hour + lead)
    const known = providerG !== undefined && rest !== undefined
    return known
      ? blendedHour(onIssues!, lead, withProvider(providerG, rest)).carbonGPerKwh
      : undefined
  })
  const before = onIssues!.said.filter((said) => said.hour < hour)
  const forecasted = forecastedBy([...before, { hour, blended }])
  return (ahead) => nowcastFactor(nowcast!, history, forecasted, nowHour, ahead)
}

function scaled(said: ReturnType<typeof blendedHour>, factor: number) {
  const { carbonGPerKwh, lowGPerKwh, highGPerKwh, skill } = said
  return {
    carbonGPerKwh: carbonGPerKwh * factor,
    lowGPerKwh: lowGPerKwh * factor,
    highGPerKwh: highGPerKwh * factor,
    skill,
  }
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
