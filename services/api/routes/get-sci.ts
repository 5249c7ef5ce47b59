import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { sciOf, sumOf } from '../../ledger/index.ts'
import { problems, ref } from '../schemas/ref.ts'
import { SciReportSchema, SpanQuery } from '../schemas/savings.ts'
import { spanOf } from '../span.ts'

/** `GET /v1/reports/sci`: software carbon intensity (ISO/IEC 21031) of what was served. */
export const getSciRoute: FastifyPluginAsyncTypebox<{
  readonly nowMs: () => number
}> = async (app, { nowMs }) => {
  app.get(
    '/v1/reports/sci',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'getSci',
        tags: ['accounting'],
        summary: 'Software carbon intensity, the last 30 days unless said',
        querystring: SpanQuery,
        response: { 200: ref(SciReportSchema), ...problems(400, 401, 403, 429, 503) },
      },
    },
    async ({ tenant, query }) => {
      const span = spanOf(query, nowMs())
      const days = await tenant.savings.days(span.fromMs, span.toMs)
      return { ...span, ...sciOf(sumOf(days), await tenant.savings.embodiedCounted()) }
    },
  )
}
