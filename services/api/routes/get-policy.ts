import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { contentTag } from '../revision.ts'
import { PolicySchema } from '../schemas/policy.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `GET /v1/policy`: what plans strive for; its `ETag` is what a change has to name. */
export const getPolicyRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/policy',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'getPolicy',
        tags: ['fleet'],
        summary: 'What plans strive for',
        response: { 200: ref(PolicySchema), ...problems(401, 403, 429, 503) },
      },
    },
    async ({ tenant }, reply) => {
      const policy = await tenant.policy.get()
      reply.header('etag', contentTag(policy))
      return policy.value
    },
  )
}
