import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { contentTag, ifUnchanged, seenRevision } from '../revision.ts'
import { RevisionHeaders } from '../schemas/parts.ts'
import { PolicyChangeSchema, PolicySchema } from '../schemas/policy.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `PUT /v1/policy`: changes what plans strive for, from the next one on. */
export const putPolicyRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.put(
    '/v1/policy',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'putPolicy',
        tags: ['fleet'],
        summary: 'Change what plans strive for',
        headers: RevisionHeaders,
        body: PolicyChangeSchema,
        response: {
          200: ref(PolicySchema),
          ...problems(400, 401, 403, 412, 413, 415, 428, 429, 503),
        },
      },
    },
    async ({ tenant, caller, headers, body }, reply) => {
      const seen = seenRevision(headers, await tenant.policy.get())
      const policy = await ifUnchanged(tenant.policy.put(body, seen, caller.subject))
      reply.header('etag', contentTag(policy))
      return policy.value
    },
  )
}
