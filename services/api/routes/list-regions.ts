import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { pageOfWhole } from '../paging.ts'
import { WholePageQuery } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'
import { RegionListSchema } from '../schemas/region.ts'

/** `GET /v1/regions`: where GPUs are, and how clean the grid is there now. */
export const listRegionsRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/regions',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listRegions',
        tags: ['fleet'],
        summary: 'Regions and their grid now',
        querystring: WholePageQuery,
        response: { 200: ref(RegionListSchema), ...problems(400, 401, 403, 429, 503) },
      },
    },
    async ({ tenant, query }) => pageOfWhole(query, await tenant.regions.list(), ({ id }) => id),
  )
}
