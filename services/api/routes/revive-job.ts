import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { JobName } from '../../queue/index.ts'
import { JobParams, ReviveSchema } from '../schemas/queue.ts'
import { problems } from '../schemas/ref.ts'

/** `POST /v1/queue/{job}/revive`: takes a job out of the dead letters. */
export const reviveJobRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/v1/queue/:job/revive',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'reviveJob',
        tags: ['service'],
        summary: 'Run a job again that was given up',
        params: JobParams,
        body: ReviveSchema,
        response: { 204: Type.Null(), ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503) },
      },
    },
    async ({ tenant, params, body: { id } }, reply) => {
      await tenant.queue.revive(params.job as JobName, id)
      return reply.code(204).send(null)
    },
  )
}
