import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { NotFound } from '../../domain/errors.ts'
import { ModelFitSchema } from '../schemas/fit.ts'
import { IdParams } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `GET /v1/models/{id}/fit`: measured against predicted, and what to measure next. */
export const getModelFitRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/models/:id/fit',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'getModelFit',
        tags: ['fleet'],
        summary: 'Measured against predicted, and what to measure next',
        params: IdParams,
        response: { 200: ref(ModelFitSchema), ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ tenant, params: { id } }) => {
      const fit = await tenant.fitOf(id)
      if (!fit) throw new NotFound(`there is no model ${id}`)
      return fit
    },
  )
}
