import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { NotFound } from '../../domain/errors.ts'
import { revisionTag } from '../revision.ts'
import { AHEAD_DAYS, DemandQuery, DemandSchema } from '../schemas/demand.ts'
import { IdParams } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'
import { assertSpan } from '../span.ts'

const DAY_MS = 86_400_000

/** `GET /v1/models/{id}/demand`: traffic that was pushed; its `ETag` is what a push may name. */
export const getDemandRoute: FastifyPluginAsyncTypebox<{
  readonly nowMs: () => number
}> = async (app, { nowMs }) => {
  app.get(
    '/v1/models/:id/demand',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'getDemand',
        tags: ['fleet'],
        summary: 'Traffic that was pushed for a model',
        params: IdParams,
        querystring: DemandQuery,
        response: { 200: ref(DemandSchema), ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ tenant, params: { id }, query }, reply) => {
      const { fromMs = nowMs() - DAY_MS, toMs = nowMs() + AHEAD_DAYS * DAY_MS } = query
      assertSpan({ fromMs, toMs }, ['/query/fromMs', 'toMs'])
      if (!(await tenant.models.get(id))) throw new NotFound(`there is no model ${id}`)
      const { revision, value } = await tenant.demand.read(id, fromMs, toMs)
      reply.header('etag', revisionTag(revision))
      return {
        items: value.map(({ origin, kind, slots }) => ({ origin, kind, slots: [...slots] })),
      }
    },
  )
}
