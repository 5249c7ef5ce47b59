import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { windowsFrom } from '../../domain/window.ts'
import type { GridDesk } from '../../grid/index.ts'
import { csvOf, WINDOW_COLUMNS } from '../csv-of.ts'
import { Format, ZoneForecastSchema, ZoneParams } from '../schemas/grid.ts'
import { strict } from '../schemas/parts.ts'
import { jsonOrCsv, problems } from '../schemas/ref.ts'

const Query = strict({
  hours: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 168, description: 'How far ahead; 72 unless said.' }),
  ),
  stepMinutes: Type.Optional(
    Type.Integer({
      minimum: 5,
      maximum: 60,
      multipleOf: 5,
      description: 'Length of a window; 60 unless said.',
    }),
  ),
  format: Format,
})

export interface GridForecastOptions {
  readonly grid: GridDesk
  readonly nowMs: () => number
}

/** `GET /v1/grid/{zone}/forecast`: the blended forecast with its band and rungs. */
export const gridForecastRoute: FastifyPluginAsyncTypebox<GridForecastOptions> = async (
  app,
  { grid, nowMs },
) => {
  app.get(
    '/v1/grid/:zone/forecast',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'gridForecast',
        tags: ['grid'],
        summary: 'Carbon intensity to come, as JSON or CSV',
        params: ZoneParams,
        querystring: Query,
        response: { 200: jsonOrCsv(ZoneForecastSchema), ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ params, query }, reply) => {
      const { hours = 72, stepMinutes = 60, format } = query
      const windows = windowsFrom(
        nowMs(),
        stepMinutes * 60_000,
        Math.ceil((hours * 60) / stepMinutes),
      )
      const forecast = await grid.forecast(params.zone, windows)
      if (format !== 'csv') return forecast
      reply.type('text/csv').serializer(String)
      return csvOf(forecast.windows, WINDOW_COLUMNS) as never
    },
  )
}
