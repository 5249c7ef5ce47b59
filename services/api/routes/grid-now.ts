import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { GridDesk } from '../../grid/index.ts'
import { ZoneNowSchema, ZoneParams } from '../schemas/grid.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `GET /v1/grid/{zone}/now`: how clean a zone is, and how far to trust that. */
export const gridNowRoute: FastifyPluginAsyncTypebox<{ grid: GridDesk }> = async (
  app,
  { grid },
) => {
  app.get(
    '/v1/grid/:zone/now',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'gridNow',
        tags: ['grid'],
        summary: 'Carbon intensity of the running hour',
        params: ZoneParams,
        response: { 200: ref(ZoneNowSchema), ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    ({ params }) => grid.now(params.zone),
  )
}
