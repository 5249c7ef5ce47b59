import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { wvaMetrics } from '../../actuation/index.ts'
import { problems } from '../schemas/ref.ts'

const TEXT = 'text/plain; version=0.0.4; charset=utf-8'

/** `GET /v1/targets/metrics`: for Prometheus, in the names of llm-d's autoscaler. */
export const wantedMetricsRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/targets/metrics',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'getWantedMetrics',
        tags: ['targets'],
        summary: 'Replicas wanted and there, as `wva_*` metrics for an HPA or KEDA over Prometheus',
        response: {
          200: { content: { 'text/plain': { schema: Type.String() } } },
          ...problems(401, 403, 429, 503),
        },
      },
    },
    async ({ tenant }, reply) =>
      reply.type(TEXT).send(wvaMetrics(await tenant.targets.wantedBesideCurrent())),
  )
}
