import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { problems } from '../schemas/ref.ts'
import { RunsParams } from '../schemas/runs.ts'

/** `DELETE /v1/runs/{id}`: the model is then fitted without them. */
export const removeRunsRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.delete(
    '/v1/runs/:id',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'removeRuns',
        tags: ['fleet'],
        summary: 'Forget an upload of measured runs',
        params: RunsParams,
        response: { 204: Type.Null(), ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ tenant, params: { id } }, reply) => {
      await tenant.runs.remove(id)
      return reply.code(204).send(null)
    },
  )
}
