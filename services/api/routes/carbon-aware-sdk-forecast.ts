import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from 'typebox'
import { NotFound } from '../../domain/errors.ts'
import { meanOver } from '../../forecast/index.ts'
import { strict } from '../schemas/parts.ts'
import { problems } from '../schemas/ref.ts'
import {
  type CarbonAwareSdkOptions,
  HOUR_MS,
  instantOf,
  wrong,
  zoneOf,
} from './carbon-aware-sdk-places.ts'
import {
  type Asked,
  rollingForecast,
  type Span,
  spanOf,
  windowsIn,
} from './carbon-aware-sdk-rolling.ts'
import { ForecastsSchema, Locations } from './carbon-aware-sdk-schemas.ts'

const HORIZON_MS = 72 * HOUR_MS
const STEP_MS = 5 * 60_000
const MOST_AT_ONCE = 100

const part = {
  dataStartAt: Type.Optional(Type.String()),
  dataEndAt: Type.Optional(Type.String()),
  windowSize: Type.Optional(Type.Integer({ minimum: 5, maximum: 4320 })),
}
const Past = strict({ requestedAt: Type.String(), location: Type.String(), ...part })

/** `GET /emissions/forecasts/current` and `POST .../batch`, as the Carbon Aware SDK answers them. */
export const carbonAwareSdkForecastRoutes: FastifyPluginAsyncTypebox<
  CarbonAwareSdkOptions
> = async (app, options) => {
  app.get(
    '/emissions/forecasts/current',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'carbonAwareSdkForecast',
        tags: ['carbon-aware-sdk'],
        summary: 'Current forecasts, as rolling means over windowSize minutes',
        querystring: strict({ location: Locations, ...part }),
        response: { 200: ForecastsSchema, ...problems(400, 401, 403, 429, 503) },
      },
    },
    async ({ query }) => {
      const nowMs = options.nowMs()
      const firstMs = Math.floor(nowMs / STEP_MS) * STEP_MS
      const reach = { firstMs, lastMs: firstMs + HORIZON_MS, pointMs: HOUR_MS }
      const span = spanOf(query, reach)
      const places = [query.location].flat()
      return Promise.all(places.map((place) => currentOf(options, place, span, nowMs)))
    },
  )

  app.post(
    '/emissions/forecasts/batch',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'carbonAwareSdkPastForecasts',
        tags: ['carbon-aware-sdk'],
        summary: 'Forecasts as the provider had issued them by requestedAt',
        body: Type.Array(Past, { minItems: 1, maxItems: MOST_AT_ONCE }),
        response: {
          200: ForecastsSchema,
          ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
      },
    },
    async ({ body }) =>
      Promise.all(body.map((asked, index) => pastOf(options, asked, `body/${index}/`))),
  )
}

async function currentOf(
  options: CarbonAwareSdkOptions,
  location: string,
  span: Span,
  requestedAtMs: number,
) {
  const zone = zoneOf(options, location)
  const { windows } = await options.grid.forecast(zone, windowsIn(span, HOUR_MS))
  const generatedAtMs = windows.find((window) => window.issuedAtMs)?.issuedAtMs ?? requestedAtMs
  return rollingForecast({ location, span, requestedAtMs, generatedAtMs, windows })
}

/** @throws InvalidInput | NotFound where nothing had been issued by then */
async function pastOf(
  options: CarbonAwareSdkOptions,
  { requestedAt, location, ...asked }: Static<typeof Past>,
  at: string,
) {
  const requestedAtMs = instantOf(`${at}requestedAt`, requestedAt)
  if (requestedAtMs > options.nowMs()) throw wrong(`${at}requestedAt`, 'must not be in the future')
  const issue = await options.grid.issuedBy(zoneOf(options, location, at), requestedAtMs)
  if (!issue) throw new NotFound(`no forecast of ${location} had been issued by ${requestedAt}`)
  const { slots, issuedAtMs } = issue
  const [first, last] = [slots[0]!, slots.at(-1)!]
  const pointMs = first.endMs - first.startMs
  const reach = { firstMs: first.startMs, lastMs: last.endMs, pointMs }
  const span = spanOf(asked as Asked, reach, at)
  // A window that the provider left a gap in is left out: an invented value would look issued.
  const windows = windowsIn(span, pointMs).flatMap((window) => {
    const carbonGPerKwh = meanOver(slots, window, 1)
    return carbonGPerKwh === undefined ? [] : { ...window, carbonGPerKwh }
  })
  return rollingForecast({ location, span, requestedAtMs, generatedAtMs: issuedAtMs, windows })
}
