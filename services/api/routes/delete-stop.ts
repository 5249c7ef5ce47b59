import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ifUnchanged } from '../revision.ts'
import { IfMatchHeaders } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'
import { StopSchema } from '../schemas/stop.ts'
import { stillAsSeen, stopTag } from '../stop-tag.ts'

/** `DELETE /v1/stop`: takes back what was said by the API or the CLI. */
export const deleteStopRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.delete(
    '/v1/stop',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'deleteStop',
        tags: ['targets'],
        summary: 'Go on after a stop',
        headers: IfMatchHeaders,
        response: { 200: ref(StopSchema), ...problems(400, 401, 403, 412, 429, 503) },
      },
    },
    async ({ tenant, headers }, reply) => {
      const now = await ifUnchanged(tenant.stop.disengage(stillAsSeen(headers['if-match'])))
      reply.header('etag', stopTag(now))
      return now
    },
  )
}
