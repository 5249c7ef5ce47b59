import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { problems, ref } from '../schemas/ref.ts'
import { StopSchema } from '../schemas/stop.ts'

/** `DELETE /v1/stop`: takes back what was said by the API or the CLI. */
export const deleteStopRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.delete(
    '/v1/stop',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'deleteStop',
        tags: ['targets'],
        summary: 'Go on after a stop',
        response: { 200: ref(StopSchema), ...problems(401, 403, 429, 503) },
      },
    },
    async ({ tenant }) => tenant.stop.disengage(),
  )
}
