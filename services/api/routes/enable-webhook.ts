import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { IdParams } from '../schemas/parts.ts'
import { problems } from '../schemas/ref.ts'

/** `POST /v1/webhooks/{id}/enable`: closes its circuit. What was buried meanwhile is replayed on demand. */
export const enableWebhookRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/v1/webhooks/:id/enable',
    {
      config: { access: 'act' },
      schema: {
        operationId: 'enableWebhook',
        tags: ['events'],
        summary: 'Send to a subscriber again that was given up',
        params: IdParams,
        response: { 204: Type.Null(), ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503) },
      },
    },
    async ({ tenant, params: { id } }, reply) => {
      await tenant.webhooks.enable(id)
      return reply.code(204).send(null)
    },
  )
}
