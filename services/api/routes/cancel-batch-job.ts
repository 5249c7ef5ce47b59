import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { NotFound } from '../../domain/errors.ts'
import { IdParams } from '../schemas/parts.ts'
import { problems } from '../schemas/ref.ts'

/** `DELETE /v1/batch/jobs/{id}`: it will not run, or not go on. */
export const cancelBatchJobRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.delete(
    '/v1/batch/jobs/:id',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'cancelBatchJob',
        tags: ['batch'],
        summary: 'Cancel a deferrable job',
        params: IdParams,
        response: {
          204: Type.Null({ description: 'Cancelled.' }),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
    },
    async ({ tenant, params: { id } }, reply) => {
      if (!(await tenant.batch.cancel(id))) throw new NotFound(`no job ${id} is waiting or running`)
      return reply.code(204).send(null)
    },
  )
}
