import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ifUnchanged } from '../revision.ts'
import { IfMatchHeaders } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'
import { StopRequestSchema, StopSchema } from '../schemas/stop.ts'
import { stillAsSeen, stopTag } from '../stop-tag.ts'

/** `PUT /v1/stop`: the kill switch. Works on this machine with the queue and the database down. */
export const putStopRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.put(
    '/v1/stop',
    {
      config: { access: 'plan', uncounted: true }, // whoever has to stop it never waits for others
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
      const still = stillAsSeen(headers['if-match'])
      const now = await ifUnchanged(tenant.stop.engage(body.why, still))
      reply.header('etag', stopTag(now))
      return now
    },
  )
}
