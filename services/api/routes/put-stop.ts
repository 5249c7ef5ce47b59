import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { IfMatchHeaders } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'
import { StopRequestSchema, StopSchema } from '../schemas/stop.ts'
import { ifStillSo, stopTag } from '../stop-tag.ts'

/** `PUT /v1/stop`: the kill switch. Works on this machine with the queue and the database down. */
export const putStopRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.put(
    '/v1/stop',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'putStop',
        tags: ['targets'],
        summary: 'Stop moving anything',
        body: StopRequestSchema,
        headers: IfMatchHeaders,
        response: { 200: ref(StopSchema), ...problems(400, 401, 403, 412, 413, 415, 429, 503) },
      },
    },
    async ({ tenant, headers, body }, reply) => {
      const change = () => tenant.stop.engage(body.why)
      const now = await ifStillSo(tenant.stop, headers['if-match'], change)
      reply.header('etag', stopTag(now))
      return now
    },
  )
}
