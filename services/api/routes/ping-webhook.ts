import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { IdParams } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'
import { PingSchema } from '../schemas/webhook.ts'

/** `POST /v1/webhooks/{id}/ping`: is it well connected? */
export const pingWebhookRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/v1/webhooks/:id/ping',
    {
      config: { access: 'act' },
      schema: {
        operationId: 'pingWebhook',
        tags: ['events'],
        summary: 'Send one subscriber a `ping`, now and once',
        params: IdParams,
        response: {
          200: ref(PingSchema),
          ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
      },
    },
    async ({ tenant, params: { id }, onceId }) => tenant.webhooks.ping(id, onceId),
  )
}
