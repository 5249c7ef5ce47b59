import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { NotFound } from '../../domain/errors.ts'
import { jobView } from '../batch-views.ts'
import { BatchJobSchema } from '../schemas/batch.ts'
import { IdParams } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `GET /v1/batch/jobs/{id}`: what is planned of a job, what it is to do now, and what it was worth. */
export const getBatchJobRoute: FastifyPluginAsyncTypebox<{
  readonly nowMs: () => number
}> = async (app, { nowMs }) => {
  app.get(
    '/v1/batch/jobs/:id',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'getBatchJob',
        tags: ['batch'],
        summary: 'Show one deferrable job',
        params: IdParams,
        response: { 200: ref(BatchJobSchema), ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ tenant, params: { id } }) => {
      const found = await tenant.batch.get(id)
      if (!found) throw new NotFound(`there is no job ${id}`)
      return jobView(found, nowMs())
    },
  )
}
