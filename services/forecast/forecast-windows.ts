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
import { type Climatology, climateAt } from './climatology.ts'
import { meanOver } from './mean-over.ts'

export interface ForecastInputs<S extends CarbonSignal, B extends CarbonBasis> {
  /** What is planned on. Everything else must be of this measure. */
  readonly measure: Measure<S, B>
  readonly windows: readonly Window[]
  /** Trusted series of the zone: measured (`live`), last good (`cached`) and issued (`forecast`). */
  readonly series: readonly CarbonSeries<NoInfer<S>, NoInfer<B>>[]
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
}

/** Measured before last good before promised. */
const RUNGS: readonly CarbonQuality[] = ['live', 'cached', 'forecast']

/**
 * One value and its band for each window, from the best source that speaks for it:
 * live -> cached -> provider forecast -> blended -> climatology -> annual mean -> carbon-blind.
 *
 * @returns as many entries as windows; every entry is finite and low <= value <= high
 * @throws InvalidInput when two measures meet
 */
export function forecastWindows<S extends CarbonSignal, B extends CarbonBasis>(
  inputs: ForecastInputs<S, B>,
): readonly WindowForecast[] {
  for (const series of inputs.series) assertSameMeasure(inputs.measure, series)
  if (inputs.climatology) assertSameMeasure(inputs.measure, inputs.climatology)
  const ranked = RUNGS.flatMap((rung) => inputs.series.filter(({ quality }) => quality === rung))
  return inputs.windows.map(
    (window) =>
      fromSeries(ranked, window) ??
      fromClimatology(inputs.climatology, window) ??
      flat(inputs.annual ?? BLIND, inputs.annual ? 'annual' : 'blind'),
  )
}

function fromSeries(ranked: readonly CarbonSeries[], window: Window): WindowForecast | undefined {
  for (const { slots, quality, source } of ranked) {
    const value = meanOver(slots, window)
    if (value === undefined) continue
    return {
      carbonGPerKwh: value,
      lowGPerKwh: value,
      highGPerKwh: value,
      quality,
      source,
    }
  }
  return undefined
}

function fromClimatology(
  climatology: Climatology | undefined,
  window: Window,
): WindowForecast | undefined {
  if (!climatology) return undefined
  const { meanG, lowG, highG } = climateAt(climatology, (window.startMs + window.endMs) / 2)
  return {
    carbonGPerKwh: meanG,
    lowGPerKwh: Math.min(lowG, meanG),
    highGPerKwh: Math.max(highG, meanG),
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
