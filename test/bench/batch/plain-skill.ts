import { climateMeanG, climatologyOf } from '../../../services/forecast/climatology.ts'
import { skillOf } from '../../../services/forecast/skill.ts'
import type { ZoneForecasts } from './zone-forecasts.ts'

const HOUR_MS = 3_600_000
const DAY = 24
const WEEK = 7 * DAY
const average = { signal: 'average', basis: 'lifecycle' } as const

/**
 * A plain test of skill: over the hours that a job may wait, is the forecast nearer to what came than
 * both the same hour of the last day known and the climatology of the zone? Each is a one-sided test of
 * the mean daily difference in absolute error at 5 %, over the days before `endHour`.
 *
 * @param leads hours that a job may wait
 */
export function beatsNaive(zone: ZoneForecasts, leads: number, endHour: number): boolean {
  const { truth } = zone
  const firstHour = truth.startMs / HOUR_MS
  const came = (hour: number) => truth.carbonGPerKwh[hour - firstHour]!
  const climatology = climatologyOf(zone.zone, average)!
  const gainsOver = (naive: (hour: number, lead: number) => number) => {
    const gains: number[] = []
    for (let hour = zone.firstHour + WEEK; hour + leads <= endHour; hour += DAY) {
      const { carbonGPerKwh } = zone.at(hour)
      let gain = 0
      for (let lead = 0; lead < leads; lead++) {
        const actual = came(hour + lead)
        gain += Math.abs(naive(hour, lead) - actual) - Math.abs(carbonGPerKwh[lead]! - actual)
      }
      gains.push(gain / leads)
    }
    return gains
  }
  const lastDay = (hour: number, lead: number) => came(hour - DAY + (lead % DAY))
  const usual = (hour: number, lead: number) => climateMeanG(climatology, (hour + lead) * HOUR_MS)
  return [lastDay, usual].every((naive) => skillOf(gainsOver(naive)) === 'proven')
}
