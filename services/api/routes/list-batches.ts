import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { batchView, listView } from '../openai-views.ts'
import { BatchListQuery, OpenaiBatchPageSchema, openaiErrors } from '../schemas/openai.ts'
import { ref } from '../schemas/ref.ts'

/** `GET /v1/batches`: newest first. */
export const listBatchesRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/batches',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'listBatches',
        tags: ['batch'],
        summary: 'List batches',
        querystring: BatchListQuery,
        response: { 200: ref(OpenaiBatchPageSchema), ...openaiErrors(400, 401, 403, 429, 503) },
      },
    },
    async ({ tenant, query: { limit = 20, ...query } }) =>
      listView(
        (await tenant.requests.listBatches({ ...query, limit: limit + 1 })).map(batchView),
        limit,
      ),
  )
}
