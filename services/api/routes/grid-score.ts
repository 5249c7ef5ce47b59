import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { NotFound } from '../../domain/errors.ts'
import type { GridDesk } from '../../grid/index.ts'
import { ZoneParams, ZoneScoreSchema } from '../schemas/grid.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `GET /v1/grid/{zone}/score`: how good a zone's forecasts have been. */
export const gridScoreRoute: FastifyPluginAsyncTypebox<{ grid: GridDesk }> = async (
  app,
  { grid },
) => {
  app.get(
    '/v1/grid/:zone/score',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'gridScore',
        tags: ['grid'],
        summary: 'Measured skill of the forecasts: error, coverage, captured saving',
        params: ZoneParams,
        response: { 200: ref(ZoneScoreSchema), ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ params }) => {
      const score = await grid.score(params.zone)
      if (!score?.issues) throw new NotFound(`no forecast of ${params.zone} has come true yet`)
      return score
    },
  )
}
