import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { pageOfWhole } from '../paging.ts'
import { WholePageQuery } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'
import { TargetListSchema } from '../schemas/target.ts'

/** `GET /v1/targets`: what is steered, what is wanted of it, and how far it has come. */
export const listTargetsRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/targets',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listTargets',
        tags: ['targets'],
        summary: 'What is steered',
        querystring: WholePageQuery,
        response: { 200: ref(TargetListSchema), ...problems(400, 401, 403, 429, 503) },
      },
    },
    async ({ tenant, query }) => pageOfWhole(query, await tenant.targets.list(), ({ id }) => id),
  )
}
