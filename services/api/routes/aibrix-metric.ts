import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { aibrixMetric } from '../../actuation/index.ts'
import { NotFound } from '../../domain/errors.ts'
import { strict } from '../schemas/parts.ts'
import { problems } from '../schemas/ref.ts'

/** A Kubernetes name, RFC 1123. */
const Name = Type.String({
  minLength: 1,
  maxLength: 253,
  pattern: '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$',
})
const TEXT = 'text/plain; version=0.0.4; charset=utf-8'

/** `GET /metrics/{namespace}/{deployment}`: what AIBrix asks its GPU optimizer, at the same path. */
export const aibrixMetricRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/metrics/:namespace/:deployment',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'getAibrixMetric',
        tags: ['targets'],
        summary: "Replicas wanted of one deployment, as AIBrix's PodAutoscaler reads them",
        params: strict({ namespace: Name, deployment: Name }),
        response: {
          200: { content: { 'text/plain': { schema: Type.String() } } },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
    },
    async ({ tenant, params: { namespace, deployment } }, reply) => {
      const wanted = (await tenant.targets.wanted()).find(
        (one) => one.namespace === namespace && one.name === deployment,
      )
      if (!wanted) throw new NotFound(`nothing is asked of ${namespace}/${deployment} now`)
      return reply.type(TEXT).send(aibrixMetric(wanted))
    },
  )
}
