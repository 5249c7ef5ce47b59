import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { JobName } from '../../queue/index.ts'
import { pageOfWhole } from '../paging.ts'
import { WholePageQuery } from '../schemas/parts.ts'
import { DeadJobsSchema, JobParams } from '../schemas/queue.ts'
import { problems, ref } from '../schemas/ref.ts'

/** More are not kept of one kind. */
const MOST = 1000

/** `GET /v1/queue/{job}/dead`: the dead letters. */
export const listDeadJobsRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/queue/:job/dead',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'listDeadJobs',
        tags: ['service'],
        summary: 'Jobs of one kind that were given up, with the reason',
        params: JobParams,
        querystring: WholePageQuery,
        response: { 200: ref(DeadJobsSchema), ...problems(400, 401, 403, 429, 503) },
      },
    },
    async ({ tenant, params, query }) =>
      pageOfWhole(query, await tenant.queue.dead(params.job as JobName, MOST), ({ id }) => id),
  )
}
