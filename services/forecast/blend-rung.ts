import type { CarbonSeries } from '../domain/carbon-series.ts'
import type { Window } from '../domain/window.ts'
import { type BlendedHour, blendForecast } from './blend-forecast.ts'
import { flattenUnskilled } from './flatten-unskilled.ts'
import { HOUR_MS, hourOf } from './hourly.ts'
import { meanOver } from './mean-over.ts'
import type { TrainedZone } from './train-zone.ts'
import type { Rung, WindowForecast } from './window-forecast.ts'

/** Before a provider has so many scored issues, its own word goes before our correction of it. */
const LEAST_ISSUES = 7

export interface BlendRung {
  readonly at: Rung
  /** Its record is long enough to go before the provider's own word. */
  readonly corrects: boolean
}

/**
 * Reads windows off the hourly blend, keeping the provider's shape inside the hour. The blend is
 * worked out once, here.
 */
export function blendRung(
  zone: TrainedZone,
  issue: CarbonSeries | undefined,
  nowMs: number,
): BlendRung {
  const hours = flattenUnskilled(blendForecast(zone, issue, nowMs), hourOf(nowMs))
  const byHour = new Map(hours.map((hour) => [hour.hour, hour]))
  const at: Rung = (window) => {
    const first = hourOf(window.startMs)
    const end = Math.ceil(window.endMs / HOUR_MS)
    const covering = Array.from({ length: end - first }, (_, index) => byHour.get(first + index))
    if (!covering.every((hour) => hour !== undefined)) return undefined
    return blendedWindow(covering, shapeOf(issue, covering, window), issue, nowMs)
  }
  return { at, corrects: (zone.onIssues?.origins ?? 0) >= LEAST_ISSUES }
}

function blendedWindow(
  covering: readonly BlendedHour[],
  shapeG: number,
  issue: CarbonSeries | undefined,
  nowMs: number,
): WindowForecast {
  const mean = (field: 'carbonGPerKwh' | 'lowGPerKwh' | 'highGPerKwh') =>
    covering.reduce((sum, hour) => sum + hour[field], 0) / covering.length + shapeG
  const provided = issue !== undefined && covering.some((hour) => hour.provided)
  return {
    carbonGPerKwh: mean('carbonGPerKwh'),
    lowGPerKwh: mean('lowGPerKwh'),
    highGPerKwh: mean('highGPerKwh'),
    quality: 'blended',
    source: provided ? `blend of ${issue.source}` : 'blend',
    issuedAtMs: provided ? issue.issuedAtMs : nowMs,
    ...(hasSkill(covering) ? {} : { timeShift: false }),
  }
}

const hasSkill = (covering: readonly BlendedHour[]): boolean =>
  covering.every(({ skill }) => skill !== 'none')

/** How far the provider's window lies from the mean of the hours around it. */
function shapeOf(
  issue: CarbonSeries | undefined,
  covering: readonly BlendedHour[],
  window: Window,
): number {
  if (!issue || !hasSkill(covering)) return 0
  const startMs = covering[0]!.hour * HOUR_MS
  const whole = { startMs, endMs: startMs + covering.length * HOUR_MS } as Window
  const insideG = meanOver(issue.slots, window)
  const aroundG = meanOver(issue.slots, whole)
  return insideG === undefined || aroundG === undefined ? 0 : insideG - aroundG
}
