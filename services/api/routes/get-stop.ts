import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { problems, ref } from '../schemas/ref.ts'
import { StopSchema } from '../schemas/stop.ts'
import { stopTag } from '../stop-tag.ts'

/** `GET /v1/stop`: has anybody said stop, and why? */
export const getStopRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/stop',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'getStop',
        tags: ['targets'],
        summary: 'Whether anything may be moved',
        response: { 200: ref(StopSchema), ...problems(401, 403, 429, 503) },
      },
    },
    async ({ tenant }, reply) => {
      const now = await tenant.stop.read()
      reply.header('etag', stopTag(now))
      return now
    },
  )
}
