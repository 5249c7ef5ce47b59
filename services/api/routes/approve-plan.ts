import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { planReply } from '../plans/plan-text.ts'
import { DecisionSchema } from '../schemas/decision.ts'
import { strict } from '../schemas/parts.ts'
import { PlanSchema, Version } from '../schemas/plan.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `POST /v1/plans/{version}/approve`: somebody lets a plan act. */
export const approvePlanRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/v1/plans/:version/approve',
    {
      config: { access: 'act' },
      schema: {
        operationId: 'approvePlan',
        tags: ['plans'],
        summary: 'Approve a plan that waits for it',
        params: strict({ version: Version }),
        body: DecisionSchema,
        response: {
          200: ref(PlanSchema),
          ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
      },
    },
    async ({ tenant, caller: { subject: by }, params: { version }, body }, reply) => {
      const { words = '' } = body
      return planReply(
        reply,
        await tenant.decisions.decide(version, { decision: 'approved', by, words }),
      )
    },
  )
}
