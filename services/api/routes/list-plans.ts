import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { paged } from '../paging.ts'
import { PageQuery } from '../schemas/parts.ts'
import { PlanPageSchema } from '../schemas/plan.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `GET /v1/plans`: every plan there was, newest first, in brief. */
export const listPlansRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/plans',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listPlans',
        tags: ['plans'],
        summary: 'Past and current plans, newest first',
        querystring: PageQuery,
        response: { 200: ref(PlanPageSchema), ...problems(400, 401, 403, 429, 503) },
      },
    },
    async ({ tenant: { plans }, query }) =>
      paged(
        query,
        (page) => plans.history(page),
        ({ version }) => version,
      ),
  )
}
