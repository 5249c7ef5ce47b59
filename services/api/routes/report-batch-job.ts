import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { NotFound } from '../../domain/errors.ts'
import { BatchProgressSchema } from '../schemas/batch.ts'
import { IdParams } from '../schemas/parts.ts'
import { problems } from '../schemas/ref.ts'

/** `PUT /v1/batch/jobs/{id}/progress`: what is left, from whoever runs the job. */
export const reportBatchJobRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.put(
    '/v1/batch/jobs/:id/progress',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'reportBatchJob',
        tags: ['batch'],
        summary: 'Tell how far a job is',
        description: 'Without it a job is taken to run as planned, as fast as expected.',
        params: IdParams,
        body: BatchProgressSchema,
        response: {
          204: Type.Null({ description: 'Noted; the next plan heeds it.' }),
          ...problems(400, 401, 403, 404, 413, 415, 429, 503),
        },
      },
    },
    async ({ tenant, params: { id }, body }, reply) => {
      if (!(await tenant.batch.report(id, body.workLeft))) {
        throw new NotFound(`no job ${id} is waiting or running`)
      }
      return reply.code(204).send(null)
    },
  )
}
