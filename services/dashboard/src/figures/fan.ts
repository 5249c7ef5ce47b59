import type { Schemas } from '../../../client/index.ts'

type ForecastWindow = Schemas['ZoneForecast']['windows'][number]
type HistorySlot = Schemas['ZoneHistory']['slots'][number]

/** Lines of a forecast fan over what was measured before it, as a chart takes them. */
export interface Fan {
  /** Starts of all windows, and the end of the last. */
  readonly timesMs: readonly number[]
  readonly measured: readonly (number | null)[]
  readonly low: readonly (number | null)[]
  readonly middle: readonly (number | null)[]
  readonly high: readonly (number | null)[]
}

/** Joins what was measured, up to the first forecast window, and the forecast. */
export function fanOf(history: readonly HistorySlot[], forecast: readonly ForecastWindow[]): Fan {
  const firstMs = forecast[0]?.startMs ?? Number.POSITIVE_INFINITY
  const past = history.filter(({ startMs }) => startMs < firstMs)
  const endMs = forecast.at(-1)?.endMs ?? past.at(-1)?.endMs
  const nothing = past.map(() => null)
  const withEnd = (values: readonly (number | null)[]) =>
    endMs === undefined ? values : [...values, values.at(-1) ?? null]
  const over = (value: (window: ForecastWindow) => number) =>
    withEnd([...nothing, ...forecast.map(value)])
  const measured = past.map(({ carbonGPerKwh }) => carbonGPerKwh)
  const bridge = measured.length > 0 && forecast.length > 0 ? [measured.at(-1)!] : []
  const after = forecast.slice(bridge.length).map(() => null)
  return {
    timesMs: [
      ...[...past, ...forecast].map(({ startMs }) => startMs),
      ...(endMs === undefined ? [] : [endMs]),
    ],
    measured: withEnd([...measured, ...bridge, ...after]),
    low: over(({ lowGPerKwh }) => lowGPerKwh),
    middle: over(({ carbonGPerKwh }) => carbonGPerKwh),
    high: over(({ highGPerKwh }) => highGPerKwh),
  }
}
