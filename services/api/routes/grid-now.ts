import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { GridDesk } from '../../grid/index.ts'
import { csvOf, WINDOW_COLUMNS } from '../csv-of.ts'
import { Format, ZoneNowSchema, ZoneParams } from '../schemas/grid.ts'
import { strict } from '../schemas/parts.ts'
import { jsonOrCsv, problems } from '../schemas/ref.ts'

/** `GET /v1/grid/{zone}/now`: how clean a zone is, and how far to trust that. */
export const gridNowRoute: FastifyPluginAsyncTypebox<{ grid: GridDesk }> = async (
  app,
  { grid },
) => {
  app.get(
    '/v1/grid/:zone/now',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'gridNow',
        tags: ['grid'],
        summary: 'Carbon intensity of the running hour, as JSON or CSV',
        params: ZoneParams,
        querystring: strict({ format: Format }),
        response: { 200: jsonOrCsv(ZoneNowSchema), ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ params, query }, reply) => {
      const now = await grid.now(params.zone)
      if (query.format !== 'csv') return now
      reply.type('text/csv').serializer(String)
      return csvOf([now], WINDOW_COLUMNS) as never
    },
  )
}
