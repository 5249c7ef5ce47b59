import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { PlanExplanationSchema } from '../schemas/explanation.ts'
import { strict } from '../schemas/parts.ts'
import { Version } from '../schemas/plan.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `GET /v1/plans/{version}/explanation`: why the plan is what it is. */
export const explainPlanRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/plans/:version/explanation',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'explainPlan',
        tags: ['plans'],
        summary: 'Why a plan is what it is',
        params: strict({ version: Version }),
        response: { 200: ref(PlanExplanationSchema), ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ tenant, params: { version } }) => {
      const { outcome } = await tenant.plans.get(version)
      if (outcome.status === 'planned') {
        const explanation = await tenant.explain(version, outcome.plan)
        return { version, status: outcome.status, ...explanation }
      }
      return { version, ...outcome, binding: [], placements: [] }
    },
  )
}
