import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { GridDesk } from '../../grid/index.ts'
import { csvOf } from '../csv-of.ts'
import { Format, ZoneHistorySchema, ZoneParams } from '../schemas/grid.ts'
import { strict } from '../schemas/parts.ts'
import { jsonOrCsv, problems } from '../schemas/ref.ts'
import { assertSpan } from '../span.ts'

const Instant = Type.Optional(
  Type.String({ format: 'date-time', description: 'ISO 8601 with an offset.' }),
)
const Query = strict({ from: Instant, to: Instant, format: Format })
const DAY_MS = 86_400_000

export interface GridHistoryOptions {
  readonly grid: GridDesk
  readonly nowMs: () => number
}

/** `GET /v1/grid/{zone}/history`: what was measured, as far back as it is held. */
export const gridHistoryRoute: FastifyPluginAsyncTypebox<GridHistoryOptions> = async (
  app,
  { grid, nowMs },
) => {
  app.get(
    '/v1/grid/:zone/history',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'gridHistory',
        tags: ['grid'],
        summary: 'Carbon intensity measured, the last day unless said, as JSON or CSV',
        params: ZoneParams,
        querystring: Query,
        response: { 200: jsonOrCsv(ZoneHistorySchema), ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ params, query }, reply) => {
      const toMs = query.to === undefined ? nowMs() : Date.parse(query.to)
      const fromMs = query.from === undefined ? toMs - DAY_MS : Date.parse(query.from)
      assertSpan({ fromMs, toMs }, ['/query/from', 'to'])
      const history = await grid.history(params.zone, fromMs, toMs)
      if (query.format !== 'csv') return history
      reply.type('text/csv').serializer(String)
      const { quality, source } = history
      const rows = history.slots.map((slot) => ({ ...slot, quality, source }))
      return csvOf(rows, ['carbonGPerKwh', 'estimated', 'quality', 'source']) as never
    },
  )
}
