import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerView } from '../batch-views.ts'
import { BatchAnswerSchema, BatchDeadlineSchema } from '../schemas/batch.ts'
import { IdParams } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `POST /v1/batch/jobs/{id}/simulate`: whether another deadline could be promised, and what then. */
export const simulateBatchJobRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/v1/batch/jobs/:id/simulate',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'simulateBatchJob',
        tags: ['batch'],
        summary: 'What if a job had another deadline',
        description: 'Counts from how far the job has come. Nothing is kept, and nobody is told.',
        params: IdParams,
        body: BatchDeadlineSchema,
        response: {
          200: ref(BatchAnswerSchema),
          ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
      },
    },
    async ({ tenant, params: { id }, body }) =>
      answerView(await tenant.batch.simulate(id, body.deadlineMs)),
  )
}
