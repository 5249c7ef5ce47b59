import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { InvalidInput } from '../../domain/errors.ts'
import type { Replay } from '../../notification/index.ts'
import { IdParams } from '../schemas/parts.ts'
import { type Of, problems, ref } from '../schemas/ref.ts'
import { ReplayedSchema, ReplaySchema } from '../schemas/webhook.ts'
import { assertSpan } from '../span.ts'

/** `POST /v1/webhooks/{id}/replay`: by id of the event, or by when it occurred. */
export const replayWebhookRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/v1/webhooks/:id/replay',
    {
      config: { access: 'act' },
      schema: {
        operationId: 'replayWebhook',
        tags: ['events'],
        summary: 'Send events to one subscriber again',
        params: IdParams,
        body: ReplaySchema,
        response: {
          200: ref(ReplayedSchema),
          ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
      },
    },
    async ({ tenant, params: { id }, body, onceId }) => ({
      deliveries: await tenant.webhooks.replay(id, whatOf(body), onceId),
    }),
  )
}

/** @throws InvalidInput where it is neither, or both */
function whatOf({ eventIds, fromMs, untilMs }: Of<typeof ReplaySchema>): Replay {
  const span = fromMs !== undefined && untilMs !== undefined ? { fromMs, untilMs } : undefined
  const aSpan = fromMs !== undefined || untilMs !== undefined
  if (eventIds && !aSpan) return { eventIds }
  if (!eventIds && span && span.fromMs < span.untilMs) {
    assertSpan({ fromMs: span.fromMs, toMs: span.untilMs }, ['/body/fromMs', 'untilMs'])
    return span
  }
  const message = 'must be either `eventIds`, or a `fromMs` before an `untilMs`'
  throw new InvalidInput(`/body ${message}`, [{ path: '/body', message }])
}
