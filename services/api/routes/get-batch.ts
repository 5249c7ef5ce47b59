import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { NotFound } from '../../domain/errors.ts'
import { batchView } from '../openai-views.ts'
import { ItemParams, OpenaiBatchSchema, openaiErrors } from '../schemas/openai.ts'
import { ref } from '../schemas/ref.ts'

/** `GET /v1/batches/{id}`: how far a batch is. */
export const getBatchRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/batches/:id',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'getBatch',
        tags: ['batch'],
        summary: 'Show one batch',
        params: ItemParams,
        response: { 200: ref(OpenaiBatchSchema), ...openaiErrors(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ tenant, params: { id } }) => {
      const batch = await tenant.requests.batch(id)
      if (!batch) throw new NotFound(`there is no batch ${id}`)
      return batchView(batch)
    },
  )
}
