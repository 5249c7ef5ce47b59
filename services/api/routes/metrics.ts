import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Registry } from 'prom-client'
import { Type } from 'typebox'
import { problems } from '../schemas/ref.ts'

/** `GET /metrics`: for Prometheus. */
export const metricsRoute: FastifyPluginAsyncTypebox<{ readonly metrics: Registry }> = async (
  app,
  { metrics },
) => {
  app.get(
    '/metrics',
    {
      config: { access: 'read', uncounted: true },
      schema: {
        operationId: 'getMetrics',
        tags: ['service'],
        summary: 'Metrics in the text format of Prometheus',
        response: {
          200: { content: { 'text/plain': { schema: Type.String() } } },
          ...problems(401, 403, 429),
        },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()),
  )
}
