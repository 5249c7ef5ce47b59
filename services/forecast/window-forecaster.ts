import {
  assertSameMeasure,
  type CarbonBasis,
  type CarbonSeries,
  type CarbonSignal,
  type Measure,
} from '../domain/carbon-series.ts'
import type { Window } from '../domain/window.ts'
import type { AnnualMean } from './annual-means.ts'
import { blendRung } from './blend-rung.ts'
import type { Climatology } from './climatology.ts'
import { seriesRung } from './series-rung.ts'
import { climatologyRung, lowestRung } from './table-rungs.ts'
import { type TrainedZone, trainZone } from './train-zone.ts'
import type { Rung, WindowForecast, WindowForecaster } from './window-forecast.ts'

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
  const blend = zone && blendRung(zone, promised[0], nowMs)
  const rungs: readonly Rung[] = [
    seriesRung(live, nowMs),
    (window) => (blend?.corrects ? blend.at(window) : undefined),
    seriesRung(promised, nowMs),
    (window) => blend?.at(window),
    climatologyRung(climatology),
  ]
  const lowest = lowestRung(annual)
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

function firstOf(rungs: readonly Rung[], window: Window): WindowForecast | undefined {
  for (const rung of rungs) {
    const found = rung(window)
    if (found) return found
  }
  return undefined
}

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
