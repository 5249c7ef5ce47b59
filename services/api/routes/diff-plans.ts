import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { diffPlans } from '../plans/diff-plans.ts'
import { strict } from '../schemas/parts.ts'
import { PlanDiffSchema, Version } from '../schemas/plan.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `GET /v1/plans/{a}/diff/{b}`: what plan b does differently from plan a. */
export const diffPlansRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/plans/:version/diff/:other',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'diffPlans',
        tags: ['plans'],
        summary: 'What another plan does differently',
        params: strict({ version: Version, other: Version }),
        response: { 200: ref(PlanDiffSchema), ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ tenant: { plans }, params }) => {
      const [from, to] = await Promise.all([plans.get(params.version), plans.get(params.other)])
      return diffPlans(from, to)
    },
  )
}
