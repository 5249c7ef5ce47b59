import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { strict } from '../schemas/parts.ts'
import { Version } from '../schemas/plan.ts'
import { PlanFiguresSchema } from '../schemas/plan-figures.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `GET /v1/plans/{version}/figures`: carbon by region and window, capacity by variant. */
export const getPlanFiguresRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/plans/:version/figures',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'getPlanFigures',
        tags: ['plans'],
        summary: 'Carbon by region and window, capacity by variant',
        params: strict({ version: Version }),
        response: { 200: ref(PlanFiguresSchema), ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ tenant, params: { version } }) => {
      const { outcome } = await tenant.plans.get(version)
      if (outcome.status === 'infeasible')
        return { version, regions: [], baselineCarbonG: [], variants: [] }
      return { version, ...(await tenant.figures(version, outcome.plan)) }
    },
  )
}
