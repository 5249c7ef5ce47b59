import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { pageOfWhole } from '../paging.ts'
import { ModelListSchema } from '../schemas/model.ts'
import { WholePageQuery } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `GET /v1/models`: what is served, and what it is promised. */
export const listModelsRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/models',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listModels',
        tags: ['fleet'],
        summary: 'Models and their promises',
        querystring: WholePageQuery,
        response: { 200: ref(ModelListSchema), ...problems(400, 401, 403, 429, 503) },
      },
    },
    async ({ tenant, query }) => {
      const models = (await tenant.models.list()).map(({ value }) => value)
      return pageOfWhole(query, models, ({ id }) => id)
    },
  )
}
