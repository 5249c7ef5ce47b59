import type { BlendedHour } from './blend-forecast.ts'

const DAY_HOURS = 24

/**
 * Replaces the hours of each lead day without skill by that day's mean. The level is still the best
 * guess; its shape is noise, and a planner that cannot see it cannot chase it. The bands keep their
 * width.
 *
 * @param nowHour the hour leads count from
 */
export function flattenUnskilled(
  hours: readonly BlendedHour[],
  nowHour: number,
): readonly BlendedHour[] {
  const dayOf = ({ hour }: BlendedHour) => Math.floor((hour - nowHour) / DAY_HOURS)
  return hours.map((hour) => {
    if (hour.skill !== 'none') return hour
    const day = hours.filter((other) => dayOf(other) === dayOf(hour))
    const meanG = day.reduce((sum, { carbonGPerKwh }) => sum + carbonGPerKwh, 0) / day.length
    const shiftG = meanG - hour.carbonGPerKwh
    return {
      ...hour,
      carbonGPerKwh: meanG,
      lowGPerKwh: hour.lowGPerKwh + shiftG,
      highGPerKwh: hour.highGPerKwh + shiftG,
    }
  })
}
