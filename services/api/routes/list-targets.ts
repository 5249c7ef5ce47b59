import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
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
        response: { 200: ref(TargetListSchema), ...problems(401, 403, 429, 503) },
      },
    },
    async ({ tenant }) => ({ items: await tenant.targets.list() }),
  )
}
