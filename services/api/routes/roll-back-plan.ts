import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { planReply } from '../plans/plan-text.ts'
import { DecisionSchema } from '../schemas/decision.ts'
import { strict } from '../schemas/parts.ts'
import { PlanSchema, Version } from '../schemas/plan.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `POST /v1/plans/{version}/rollback`: back to what was, as a new version. */
export const rollBackPlanRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/v1/plans/:version/rollback',
    {
      config: { access: 'act' },
      schema: {
        operationId: 'rollBackPlan',
        tags: ['plans'],
        summary: 'Put an earlier plan in force again, as a new version',
        description:
          'Where the policy asks for approval: it then holds until another plan is approved.',
        params: strict({ version: Version }),
        body: DecisionSchema,
        response: {
          200: ref(PlanSchema),
          ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
      },
    },
    async ({ tenant, caller: { subject: by }, params: { version }, body, onceId }, reply) => {
      const ask = { by, words: body.words ?? '', onceId }
      return planReply(reply, await tenant.decisions.rollBack(version, ask))
    },
  )
}
