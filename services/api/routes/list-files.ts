import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { fileView, listView } from '../openai-views.ts'
import { FileListQuery, OpenaiFilePageSchema, openaiErrors } from '../schemas/openai.ts'
import { ref } from '../schemas/ref.ts'

/** `GET /v1/files`: files that are whole, newest first unless said. */
export const listFilesRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/files',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'listFiles',
        tags: ['batch'],
        summary: 'List files',
        querystring: FileListQuery,
        response: { 200: ref(OpenaiFilePageSchema), ...openaiErrors(400, 401, 403, 429, 503) },
      },
    },
    async ({ tenant, query: { limit = 10_000, ...query } }) =>
      listView(
        (await tenant.requests.listFiles({ ...query, limit: limit + 1 })).map(fileView),
        limit,
      ),
  )
}
