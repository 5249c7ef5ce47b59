import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { NotFound } from '../../domain/errors.ts'
import { fileView } from '../openai-views.ts'
import { ItemParams, OpenaiFileSchema, openaiErrors } from '../schemas/openai.ts'
import { ref } from '../schemas/ref.ts'

/** `GET /v1/files/{id}`: what is known of a file. */
export const getFileRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/files/:id',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'getFile',
        tags: ['batch'],
        summary: 'Show one file',
        params: ItemParams,
        response: { 200: ref(OpenaiFileSchema), ...openaiErrors(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ tenant, params: { id } }) => {
      const file = await tenant.requests.file(id)
      if (!file) throw new NotFound(`there is no file ${id}`)
      return fileView(file)
    },
  )
}
