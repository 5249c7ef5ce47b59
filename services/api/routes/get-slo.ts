import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { problems, ref } from '../schemas/ref.ts'
import { SloSchema } from '../schemas/slo.ts'

/** `GET /v1/slo`: are the promises kept, as the engines' metrics tell it? */
export const getSloRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/slo',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'getSlo',
        tags: ['fleet'],
        summary: 'Measured latencies against the promises',
        response: { 200: ref(SloSchema), ...problems(401, 403, 429, 503) },
      },
    },
    async ({ tenant }) => ({ items: [...(await tenant.slo())] }),
  )
}
