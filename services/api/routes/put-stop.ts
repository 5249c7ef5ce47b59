import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { problems, ref } from '../schemas/ref.ts'
import { StopRequestSchema, StopSchema } from '../schemas/stop.ts'

/** `PUT /v1/stop`: the kill switch. Works on this machine with the queue and the database down. */
export const putStopRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.put(
    '/v1/stop',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'putStop',
        tags: ['targets'],
        summary: 'Stop moving anything',
        body: StopRequestSchema,
        response: { 200: ref(StopSchema), ...problems(400, 401, 403, 413, 415, 429, 503) },
      },
    },
    async ({ tenant, body }) => tenant.stop.engage(body.why),
  )
}
