import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { paged } from '../paging.ts'
import { problems, ref } from '../schemas/ref.ts'
import { DeliveryPageSchema, DeliveryQuery } from '../schemas/webhook.ts'

/** `GET /v1/webhooks/deliveries`: what was sent to whom, and what came of it. */
export const listDeliveriesRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/webhooks/deliveries',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listDeliveries',
        tags: ['events'],
        summary: 'Every delivery and its attempts, newest first',
        querystring: DeliveryQuery,
        response: { 200: ref(DeliveryPageSchema), ...problems(400, 401, 403, 429, 503) },
      },
    },
    async ({ tenant: { webhooks }, query: { endpoint, status, ...query } }) =>
      paged(
        query,
        (page) =>
          webhooks.deliveries({
            ...page,
            ...(endpoint !== undefined && { endpoint }),
            ...(status !== undefined && { status: status as 'due' }),
          }),
        ({ id }) => id,
      ),
  )
}
