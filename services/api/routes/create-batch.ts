import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { batchView } from '../openai-views.ts'
import { NewOpenaiBatchSchema, OpenaiBatchSchema, openaiErrors } from '../schemas/openai.ts'
import { ref } from '../schemas/ref.ts'

/** `POST /v1/batches`: runs the requests of a file within a window, when that is clean. */
export const createBatchRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/v1/batches',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'createBatch',
        tags: ['batch'],
        summary: 'Have a file of requests run',
        body: NewOpenaiBatchSchema,
        response: {
          200: ref(OpenaiBatchSchema),
          ...openaiErrors(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
      },
    },
    async ({ tenant, body, onceId }) => {
      const { input_file_id, endpoint, completion_window, metadata, output_expires_after } = body
      const ask = {
        inputFile: input_file_id,
        endpoint,
        completionWindow: completion_window,
        ...(metadata && { metadata }),
        ...(output_expires_after && { outputLivesSeconds: output_expires_after.seconds }),
      }
      return batchView(await tenant.requests.createBatch(ask, onceId))
    },
  )
}
