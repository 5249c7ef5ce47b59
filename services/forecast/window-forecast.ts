import type { CarbonQuality } from '../domain/carbon-series.ts'
import type { Window } from '../domain/window.ts'

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

/** One entry a window, in their order. */
export type WindowForecaster = (windows: readonly Window[]) => readonly WindowForecast[]

/** One rung of the ladder: what it says of a window, if anything. */
export type Rung = (window: Window) => WindowForecast | undefined
