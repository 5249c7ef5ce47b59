import type { Window } from '../../domain/window.ts'
import { instantOf, stampOf, windowAt, wrong } from './carbon-aware-sdk-places.ts'

const MINUTE_MS = 60_000

/** What part of a forecast is asked for; `windowSize` in minutes. */
export interface Asked {
  readonly dataStartAt?: string
  readonly dataEndAt?: string
  readonly windowSize?: number
}

/** What a forecast has. */
export interface Reach {
  readonly firstMs: number
  readonly lastMs: number
  /** Length of its points, and of windows unless the caller says. */
  readonly pointMs: number
}

/** Means of `sizeMs` each, inside [startMs, endMs]. */
export interface Span {
  readonly startMs: number
  readonly endMs: number
  readonly sizeMs: number
}

/**
 * @param at where the fields are: `query/`, or e.g. `body/0/`
 * @throws InvalidInput naming the parameter, as the SDK does
 */
export function spanOf(asked: Asked, { firstMs, lastMs, pointMs }: Reach, at = 'query/'): Span {
  const { dataStartAt, dataEndAt, windowSize } = asked
  const startMs = dataStartAt === undefined ? firstMs : instantOf(`${at}dataStartAt`, dataStartAt)
  const endMs = dataEndAt === undefined ? lastMs : instantOf(`${at}dataEndAt`, dataEndAt)
  const range = `'${stampOf(firstMs)}' through '${stampOf(lastMs)}'`
  if (startMs < firstMs) throw wrong(`${at}dataStartAt`, `must be within the forecast, ${range}`)
  if (endMs > lastMs) throw wrong(`${at}dataEndAt`, `must be within the forecast, ${range}`)
  const sizeMs = windowSize === undefined ? pointMs : windowSize * MINUTE_MS
  if (startMs + sizeMs > endMs) throw wrong(`${at}windowSize`, 'must fit between start and end')
  return { startMs, endMs, sizeMs }
}

/** Whole windows only: the last one ends at or before the span's end. They overlap where long. */
export function windowsIn({ startMs, endMs, sizeMs }: Span, pointMs: number): readonly Window[] {
  const stepMs = Math.min(sizeMs, pointMs)
  const count = Math.floor((endMs - startMs - sizeMs) / stepMs) + 1
  return Array.from({ length: count }, (_, index) => windowAt(startMs + index * stepMs, sizeMs))
}

export interface Rolling {
  readonly location: string
  readonly span: Span
  readonly requestedAtMs: number
  readonly generatedAtMs: number
  readonly windows: readonly (Window & { readonly carbonGPerKwh: number })[]
}

/** A forecast in the SDK's words. */
export function rollingForecast(rolling: Rolling) {
  const { location, span, requestedAtMs, generatedAtMs, windows } = rolling
  const duration = span.sizeMs / MINUTE_MS
  const forecastData = windows.map(({ startMs, carbonGPerKwh }) => ({
    location,
    timestamp: stampOf(startMs),
    duration,
    value: carbonGPerKwh,
  }))
  const least = Math.min(...forecastData.map(({ value }) => value))
  return {
    requestedAt: stampOf(requestedAtMs),
    generatedAt: stampOf(generatedAtMs),
    location,
    dataStartAt: stampOf(span.startMs),
    dataEndAt: stampOf(span.endMs),
    windowSize: duration,
    optimalDataPoints: forecastData.filter(({ value }) => value === least),
    forecastData,
  }
}
