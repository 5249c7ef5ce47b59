import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { jobView } from '../batch-views.ts'
import { paged } from '../paging.ts'
import { BatchJobPageSchema } from '../schemas/batch.ts'
import { PageQuery } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `GET /v1/batch/jobs`: newest first. */
export const listBatchJobsRoute: FastifyPluginAsyncTypebox<{
  readonly nowMs: () => number
}> = async (app, { nowMs }) => {
  app.get(
    '/v1/batch/jobs',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listBatchJobs',
        tags: ['batch'],
        summary: 'List deferrable jobs',
        querystring: PageQuery,
        response: { 200: ref(BatchJobPageSchema), ...problems(400, 401, 403, 429, 503) },
      },
    },
    async ({ tenant, query }) => {
      const page = await paged(
        query,
        (page) => tenant.batch.list(page),
        ({ number }) => number,
      )
      return { ...page, items: page.items.map((one) => jobView(one, nowMs())) }
    },
  )
}
