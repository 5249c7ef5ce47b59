import {
  assertSameMeasure,
  type CarbonBasis,
  type CarbonQuality,
  type CarbonSeries,
  type CarbonSignal,
  type Measure,
} from '../domain/carbon-series.ts'
import type { Window } from '../domain/window.ts'
import { type AnnualMean, BLIND } from './annual-means.ts'
import { type BlendedHour, blendForecast } from './blend-forecast.ts'
import { type Climatology, climateAt } from './climatology.ts'
import { priorBand } from './error-band.ts'
import { flattenUnskilled } from './flatten-unskilled.ts'
import { HOUR_MS, hourOf } from './hourly.ts'
import { meanOver } from './mean-over.ts'
import { type TrainedZone, trainZone } from './train-zone.ts'

export interface ForecasterInputs<S extends CarbonSignal, B extends CarbonBasis> {
  /** What is planned on. Everything else must be of this measure. */
  readonly measure: Measure<S, B>
  /** Trusted series of the zone, best first: measured (`live`), last good (`cached`), `forecast`. */
  readonly series: readonly CarbonSeries<NoInfer<S>, NoInfer<B>>[]
  /** Measured values of the last week or more; without them nothing is blended. */
  readonly history?: CarbonSeries<NoInfer<S>, NoInfer<B>> | undefined
  /** Earlier issues of the first forecast's provider, oldest first. */
  readonly pastIssues?: readonly CarbonSeries<NoInfer<S>, NoInfer<B>>[]
  /** `trainZone` of the two above, where the caller keeps it between calls. */
  readonly trained?: TrainedZone | undefined
  readonly climatology?: Climatology<NoInfer<S>, NoInfer<B>> | undefined
  readonly annual?: AnnualMean | undefined
  readonly nowMs: number
}

/** What a planner is told of one window. */
export interface WindowForecast {
  readonly carbonGPerKwh: number
  /** 10 % and 90 % quantiles. */
  readonly lowGPerKwh: number
  readonly highGPerKwh: number
  /** The rung of the ladder this number stands on. */
  readonly quality: CarbonQuality
  readonly source: string
  /** When the source said so; undefined where the number is not an issue but a table. */
  readonly issuedAtMs?: number
  /**
   * Set where the record shows that forecasts at this lead save nothing: the value is its day's
   * mean, so that no plan shifts work by noise.
   */
  readonly timeShift?: boolean
}

/** Before a provider has so many scored issues, its own word goes before our correction of it. */
const LEAST_ISSUES = 7

/** One entry a window, in their order. */
export type WindowForecaster = (windows: readonly Window[]) => readonly WindowForecast[]

/**
 * One value and its band for any window, from the best source that speaks for it:
 * live -> cached -> provider forecast -> blended -> climatology -> annual mean -> carbon-blind.
 * A provider's forecast is replaced by the blend once its record is long enough to correct it.
 *
 * @returns the forecast, its blend worked out once; every entry it gives is finite and
 *   low <= value <= high
 * @throws InvalidInput when two measures meet
 */
export function windowForecaster<S extends CarbonSignal, B extends CarbonBasis>(
  inputs: ForecasterInputs<S, B>,
): WindowForecaster {
  const { measure, series, climatology, annual, nowMs } = inputs
  for (const each of series) assertSameMeasure(measure, each)
  if (climatology) assertSameMeasure(measure, climatology)
  const live = series.filter(({ quality }) => quality === 'live')
  const promised = series.filter(({ quality }) => quality === 'forecast' || quality === 'cached')
  const zone = trainedZone(inputs)
  const blend = zone && blendOver(zone, promised[0], nowMs)
  const rungs: readonly Rung[] = [
    (window) => fromSeries(live, window, nowMs),
    (window) => (blend?.corrects ? blend.at(window) : undefined),
    (window) => fromSeries(promised, window, nowMs),
    (window) => blend?.at(window),
    (window) => fromClimatology(climatology, window),
  ]
  const lowest = flat(annual ?? BLIND, annual ? 'annual' : 'blind')
  return (windows) => windows.map((window) => bounded(firstOf(rungs, window) ?? lowest, measure))
}

function trainedZone<S extends CarbonSignal, B extends CarbonBasis>(
  inputs: ForecasterInputs<S, B>,
): TrainedZone | undefined {
  const { measure, trained, history, pastIssues, climatology, nowMs } = inputs
  if (trained) {
    assertSameMeasure(measure, trained.measure)
    return trained
  }
  return history && history.slots.length > 0
    ? trainZone({ measure, history, climatology, nowMs, ...(pastIssues && { pastIssues }) })
    : undefined
}

type Rung = (window: Window) => WindowForecast | undefined

function firstOf(rungs: readonly Rung[], window: Window): WindowForecast | undefined {
  for (const rung of rungs) {
    const found = rung(window)
    if (found) return found
  }
  return undefined
}

function fromSeries(
  candidates: readonly CarbonSeries[],
  window: Window,
  nowMs: number,
): WindowForecast | undefined {
  for (const { slots, quality, source, issuedAtMs } of candidates) {
    const value = meanOver(slots, window)
    if (value === undefined) continue
    const { low, high } = priorBand(Math.max(0, (window.startMs - nowMs) / HOUR_MS))
    return {
      carbonGPerKwh: value,
      lowGPerKwh: value + (low - 1) * Math.abs(value),
      highGPerKwh: value + (high - 1) * Math.abs(value),
      quality,
      source,
      issuedAtMs,
    }
  }
  return undefined
}

/** Reads windows off the hourly blend, keeping the provider's shape inside the hour. */
function blendOver(zone: TrainedZone, issue: CarbonSeries | undefined, nowMs: number) {
  const hours = flattenUnskilled(blendForecast(zone, issue, nowMs), hourOf(nowMs))
  const byHour = new Map(hours.map((hour) => [hour.hour, hour]))
  const at = (window: Window): WindowForecast | undefined => {
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

function fromClimatology(
  climatology: Climatology | undefined,
  window: Window,
): WindowForecast | undefined {
  if (!climatology) return undefined
  const { meanG, lowG, highG } = climateAt(climatology, (window.startMs + window.endMs) / 2)
  return {
    carbonGPerKwh: meanG,
    lowGPerKwh: lowG,
    highGPerKwh: highG,
    quality: 'climatology',
    source: climatology.source,
  }
}

const flat = ({ meanG, lowG, highG }: AnnualMean, quality: 'annual' | 'blind'): WindowForecast => ({
  carbonGPerKwh: meanG,
  lowGPerKwh: lowG,
  highGPerKwh: highG,
  quality,
  source: quality === 'annual' ? 'annual-means' : 'none',
})

/** Averages are never negative, and a mean may lie outside the quantiles of a skewed hour. */
function bounded(found: WindowForecast, { signal }: Measure): WindowForecast {
  const lowest = signal === 'marginal' ? Number.NEGATIVE_INFINITY : 0
  const value = Math.max(lowest, found.carbonGPerKwh)
  return {
    ...found,
    carbonGPerKwh: value,
    lowGPerKwh: Math.max(lowest, Math.min(found.lowGPerKwh, value)),
    highGPerKwh: Math.max(found.highGPerKwh, value),
  }
}
