import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { NotFound } from '../../domain/errors.ts'
import { ItemParams, openaiErrors } from '../schemas/openai.ts'

const BYTES = 'application/octet-stream'

/** `GET /v1/files/{id}/content`: the bytes of a file, streamed. */
export const fileContentRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/files/:id/content',
    {
      config: { access: 'plan', uncounted: true },
      schema: {
        operationId: 'fileContent',
        tags: ['batch'],
        summary: 'Read a file',
        params: ItemParams,
        response: {
          200: { description: 'Its bytes.', content: { [BYTES]: { schema: Type.String() } } },
          ...openaiErrors(400, 401, 403, 404, 429, 503),
        },
      },
    },
    async ({ tenant, params: { id } }, reply) => {
      const file = await tenant.requests.file(id)
      if (!file) throw new NotFound(`there is no file ${id}`)
      return reply
        .type(BYTES)
        .header('content-length', file.bytes)
        .send(Readable.from(tenant.requests.content(id), { objectMode: false }) as never)
    },
  )
}
