import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { strict } from '../schemas/parts.ts'
import { problems } from '../schemas/ref.ts'
import {
  type CarbonAwareSdkOptions,
  HOUR_MS,
  instantOf,
  stampOf,
  windowAt,
  wrong,
  zoneOf,
} from './carbon-aware-sdk-places.ts'
import { ForecastsSchema, Locations } from './carbon-aware-sdk-schemas.ts'

const MINUTE_MS = 60_000
const HORIZON_MS = 72 * HOUR_MS
const STEP_MS = 5 * MINUTE_MS

interface Span {
  readonly startMs: number
  readonly endMs: number
  readonly sizeMs: number
}

/** `GET /emissions/forecasts/current`, as the Carbon Aware SDK answers it. */
export const carbonAwareSdkForecastRoute: FastifyPluginAsyncTypebox<CarbonAwareSdkOptions> = async (
  app,
  options,
) => {
  app.get(
    '/emissions/forecasts/current',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'carbonAwareSdkForecast',
        tags: ['carbon-aware-sdk'],
        summary: 'Current forecasts, as rolling means over windowSize minutes',
        querystring: strict({
          location: Locations,
          dataStartAt: Type.Optional(Type.String()),
          dataEndAt: Type.Optional(Type.String()),
          windowSize: Type.Optional(Type.Integer({ minimum: 5, maximum: 4320 })),
        }),
        response: { 200: ForecastsSchema, ...problems(400, 401, 403, 429, 503) },
      },
    },
    async ({ query }) => {
      const nowMs = options.nowMs()
      const span = spanOf(query, Math.floor(nowMs / STEP_MS) * STEP_MS)
      const places = [query.location].flat()
      return Promise.all(places.map((place) => forecastOf(options, place, span, nowMs)))
    },
  )
}

interface Asked {
  readonly dataStartAt?: string
  readonly dataEndAt?: string
  readonly windowSize?: number
}

/** @throws InvalidInput naming the parameter, as the SDK does */
function spanOf(query: Asked, firstMs: number): Span {
  const { dataStartAt, dataEndAt, windowSize } = query
  const lastMs = firstMs + HORIZON_MS
  const startMs = dataStartAt === undefined ? firstMs : instantOf('dataStartAt', dataStartAt)
  const endMs = dataEndAt === undefined ? lastMs : instantOf('dataEndAt', dataEndAt)
  const range = `'${stampOf(firstMs)}' through '${stampOf(lastMs)}'`
  if (startMs < firstMs) throw wrong('dataStartAt', `must be within the forecast, ${range}`)
  if (endMs > lastMs) throw wrong('dataEndAt', `must be within the forecast, ${range}`)
  const sizeMs = windowSize === undefined ? HOUR_MS : windowSize * MINUTE_MS
  if (startMs + sizeMs > endMs) throw wrong('windowSize', 'must fit between start and end')
  return { startMs, endMs, sizeMs }
}

/** Whole windows only: the last one ends at or before `dataEndAt`. */
async function forecastOf(
  options: CarbonAwareSdkOptions,
  location: string,
  { startMs, endMs, sizeMs }: Span,
  nowMs: number,
) {
  const stepMs = Math.min(sizeMs, HOUR_MS)
  const count = Math.floor((endMs - startMs - sizeMs) / stepMs) + 1
  const asked = Array.from({ length: count }, (_, index) =>
    windowAt(startMs + index * stepMs, sizeMs),
  )
  const { windows } = await options.grid.forecast(zoneOf(options, location), asked)
  const forecastData = windows.map((window) => ({
    location,
    timestamp: stampOf(window.startMs),
    duration: sizeMs / MINUTE_MS,
    value: window.carbonGPerKwh,
  }))
  const least = Math.min(...forecastData.map(({ value }) => value))
  return {
    requestedAt: stampOf(nowMs),
    generatedAt: stampOf(windows.find((window) => window.issuedAtMs)?.issuedAtMs ?? nowMs),
    location,
    dataStartAt: stampOf(startMs),
    dataEndAt: stampOf(endMs),
    windowSize: sizeMs / MINUTE_MS,
    optimalDataPoints: forecastData.filter(({ value }) => value === least),
    forecastData,
  }
}
