import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { paged } from '../paging.ts'
import { AuditPageSchema } from '../schemas/audit.ts'
import { PageQuery } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `GET /v1/audit`: who did what, and who was refused. */
export const listAuditRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/audit',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'listAudit',
        tags: ['service'],
        summary: 'Who did what, newest first',
        querystring: PageQuery,
        response: { 200: ref(AuditPageSchema), ...problems(400, 401, 403, 429, 503) },
      },
    },
    async ({ tenant: { audit }, query }) =>
      paged(
        query,
        (page) => audit.history(page),
        ({ id }) => id,
      ),
  )
}
