import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { NotFound } from '../../domain/errors.ts'
import { CONTENDERS, type ForecastScore } from '../../forecast/index.ts'
import type { GridDesk } from '../../grid/index.ts'
import { csvTable } from '../csv-of.ts'
import { Format, ZoneParams, ZoneScoreSchema } from '../schemas/grid.ts'
import { strict } from '../schemas/parts.ts'
import { jsonOrCsv, problems } from '../schemas/ref.ts'

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
        summary: 'Measured skill of the forecasts: error, coverage, captured saving; JSON or CSV',
        params: ZoneParams,
        querystring: strict({ format: Format }),
        response: { 200: jsonOrCsv(ZoneScoreSchema), ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ params, query }, reply) => {
      const score = await grid.score(params.zone)
      if (!score?.issues) throw new NotFound(`no forecast of ${params.zone} has come true yet`)
      if (query.format !== 'csv') return score
      reply.type('text/csv').serializer(String)
      return scoreTable(score) as never
    },
  )
}

/** One line a contender; the band's coverage is the blend's. */
function scoreTable({ mapeByDay, captured, coverage80Pct }: ForecastScore): string {
  const days = mapeByDay.blend.map((_, day) => `mapePctDay${day + 1}`)
  const head = ['forecast', ...days, 'captured4hOf24Pct', 'captured24hOf48Pct', 'coverage80Pct']
  const lines = CONTENDERS.map((who) => [
    who,
    ...mapeByDay[who],
    captured[who].fourOf24Pct,
    captured[who].day48Pct,
    who === 'blend' ? coverage80Pct : undefined,
  ])
  return csvTable([head, ...lines])
}
