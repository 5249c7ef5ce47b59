import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { NotFound } from '../../domain/errors.ts'
import { batchView } from '../openai-views.ts'
import { ItemParams, OpenaiBatchSchema, openaiErrors } from '../schemas/openai.ts'
import { ref } from '../schemas/ref.ts'

/** `POST /v1/batches/{id}/cancel`: what was done stays; the rest is not begun. */
export const cancelBatchRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/v1/batches/:id/cancel',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'cancelBatch',
        tags: ['batch'],
        summary: 'Cancel a batch',
        params: ItemParams,
        response: {
          200: ref(OpenaiBatchSchema),
          ...openaiErrors(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
      },
    },
    async ({ tenant, params: { id } }) => {
      const batch = await tenant.requests.cancelBatch(id)
      if (!batch) throw new NotFound(`there is no batch ${id}`)
      return batchView(batch)
    },
  )
}
