import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { pageOfWhole } from '../paging.ts'
import { WholePageQuery } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'
import { WebhookListSchema } from '../schemas/webhook.ts'

/** `GET /v1/webhooks`: the subscribers of the fleet file. */
export const listWebhooksRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/webhooks',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listWebhooks',
        tags: ['events'],
        summary: 'Who is told of what, and how that goes',
        querystring: WholePageQuery,
        response: { 200: ref(WebhookListSchema), ...problems(400, 401, 403, 429, 503) },
      },
    },
    async ({ tenant, query }) => pageOfWhole(query, await tenant.webhooks.list(), ({ id }) => id),
  )
}
