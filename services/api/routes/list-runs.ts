import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { paged } from '../paging.ts'
import { PageQuery } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'
import { RunsPageSchema } from '../schemas/runs.ts'

/** `GET /v1/runs`: measured runs besides those of the fleet file. */
export const listRunsRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/runs',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listRuns',
        tags: ['fleet'],
        summary: 'Measured runs that were uploaded, newest first',
        querystring: PageQuery,
        response: { 200: ref(RunsPageSchema), ...problems(400, 401, 403, 429, 503) },
      },
    },
    async ({ tenant: { runs }, query }) =>
      paged(
        query,
        (page) => runs.list(page),
        ({ id }) => id,
      ),
  )
}
