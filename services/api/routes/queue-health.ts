import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { QueueHealthSchema } from '../schemas/queue.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `GET /v1/queue`: how the work is going. */
export const queueHealthRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/queue',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'getQueueHealth',
        tags: ['service'],
        summary: 'How much work waits, runs and was given up, by kind',
        response: { 200: ref(QueueHealthSchema), ...problems(401, 403, 429, 503) },
      },
    },
    async ({ tenant }) => ({ items: await tenant.queue.health() }),
  )
}
