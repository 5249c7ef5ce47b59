import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { HealthSchema } from '../schemas/health.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `GET /healthz`: the event loop turns. Restart the process where this does not answer. */
export const healthRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/healthz',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getHealth',
        tags: ['service'],
        summary: 'Alive?',
        response: { 200: ref(HealthSchema), ...problems() },
      },
    },
    async () => ({ status: 'ok' as const }),
  )
}
