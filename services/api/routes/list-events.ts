import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { paged } from '../paging.ts'
import { EventPageSchema } from '../schemas/event.ts'
import { PageQuery } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `GET /v1/events/log`: what the stream told, page by page. */
export const listEventsRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/events/log',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listEvents',
        tags: ['events'],
        summary: 'What happened, newest first',
        querystring: PageQuery,
        response: { 200: ref(EventPageSchema), ...problems(400, 401, 403, 429, 503) },
      },
    },
    async ({ tenant: { events }, query }) =>
      paged(
        query,
        (page) => events.history(page),
        ({ id }) => id,
      ),
  )
}
