import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { planReply } from '../plans/plan-text.ts'
import { strict } from '../schemas/parts.ts'
import { PlanSchema, Version } from '../schemas/plan.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `GET /v1/plans/{version}`: one plan, as it was decided. */
export const getPlanRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/plans/:version',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'getPlan',
        tags: ['plans'],
        summary: 'One plan by its version',
        params: strict({ version: Version }),
        response: { 200: ref(PlanSchema), ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ tenant, params }, reply) => {
      const stored = await tenant.plans.get(params.version)
      const final = stored.approval !== 'pending'
      reply.header('cache-control', final ? 'private, max-age=3600' : 'private, no-cache')
      return planReply(reply, stored)
    },
  )
}
