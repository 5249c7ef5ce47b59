import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { NotFound } from '../../domain/errors.ts'
import { contentTag } from '../revision.ts'
import { ModelSchema } from '../schemas/model.ts'
import { IdParams } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `GET /v1/models/{id}`: one model; its `ETag` is what a change has to name. */
export const getModelRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/models/:id',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'getModel',
        tags: ['fleet'],
        summary: 'One model',
        params: IdParams,
        response: { 200: ref(ModelSchema), ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ tenant, params: { id } }, reply) => {
      const model = await tenant.models.get(id)
      if (!model) throw new NotFound(`there is no model ${id}`)
      reply.header('etag', contentTag(model))
      return model.value
    },
  )
}
