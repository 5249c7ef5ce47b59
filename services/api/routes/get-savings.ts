import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { sumOf } from '../../ledger/index.ts'
import { problems, ref } from '../schemas/ref.ts'
import { SavingsSchema, SpanQuery } from '../schemas/savings.ts'
import { spanOf } from '../span.ts'

/** `GET /v1/savings`: used, emitted and saved, by day; and what each lever adds. */
export const getSavingsRoute: FastifyPluginAsyncTypebox<{
  readonly nowMs: () => number
}> = async (app, { nowMs }) => {
  app.get(
    '/v1/savings',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'getSavings',
        tags: ['accounting'],
        summary: 'Savings by day and lever, the last 30 days unless said',
        querystring: SpanQuery,
        response: { 200: ref(SavingsSchema), ...problems(400, 401, 403, 429, 503) },
      },
    },
    async ({ tenant, query }) => {
      const span = spanOf(query, nowMs())
      const days = await tenant.savings.days(span.fromMs, span.toMs)
      return { ...span, total: sumOf(days), days }
    },
  )
}
