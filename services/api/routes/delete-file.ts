import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { NotFound } from '../../domain/errors.ts'
import { ItemParams, OpenaiFileDeletedSchema, openaiErrors } from '../schemas/openai.ts'
import { ref } from '../schemas/ref.ts'

/** `DELETE /v1/files/{id}`: its bytes are gone at once. One that a batch still reads is refused. */
export const deleteFileRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.delete(
    '/v1/files/:id',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'deleteFile',
        tags: ['batch'],
        summary: 'Delete a file',
        params: ItemParams,
        response: {
          200: ref(OpenaiFileDeletedSchema),
          ...openaiErrors(400, 401, 403, 404, 409, 429, 503),
        },
      },
    },
    async ({ tenant, params: { id } }) => {
      if (!(await tenant.requests.removeFile(id))) throw new NotFound(`there is no file ${id}`)
      return { id, object: 'file' as const, deleted: true }
    },
  )
}
