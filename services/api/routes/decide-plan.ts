import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { planReply } from '../plans/plan-text.ts'
import { DecisionSchema } from '../schemas/decision.ts'
import { strict } from '../schemas/parts.ts'
import { PlanSchema, Version } from '../schemas/plan.ts'
import { problems, ref } from '../schemas/ref.ts'

/** What somebody says of a plan that waits for it, and the verb it is said by. */
const VERBS = { approved: 'approve', rejected: 'reject' } as const

function decidePlanRoute(decision: keyof typeof VERBS): FastifyPluginAsyncTypebox {
  const verb = VERBS[decision]
  const Verb = decision === 'approved' ? 'Approve' : 'Reject'
  return async (app) => {
    app.post(
      `/v1/plans/:version/${verb}`,
      {
        config: { access: 'act' },
        schema: {
          operationId: `${verb}Plan`,
          tags: ['plans'],
          summary: `${Verb} a plan that waits for it`,
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
        return planReply(reply, await tenant.decisions.decide(version, { decision, by, words }))
      },
    )
  }
}

/** `POST /v1/plans/{version}/approve`: somebody lets a plan act. */
export const approvePlanRoute = decidePlanRoute('approved')

/** `POST /v1/plans/{version}/reject`: somebody keeps a plan from acting. */
export const rejectPlanRoute = decidePlanRoute('rejected')
