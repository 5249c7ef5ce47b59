import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { NotFound } from '../../domain/errors.ts'
import { planTag, planText } from '../plans/plan-text.ts'
import { remember } from '../plans/remembered.ts'
import type { TenantPorts } from '../ports.ts'
import { PlanSchema } from '../schemas/plan.ts'
import { problems, ref } from '../schemas/ref.ts'

export interface CurrentPlanOptions {
  /** How old the answer may be: the price of not asking the store on every read. */
  readonly freshMs: number
  readonly nowMs: () => number
}

/** `GET /v1/plans/current`: what is to run now. Goes on from memory while the store is away. */
export const currentPlanRoute: FastifyPluginAsyncTypebox<CurrentPlanOptions> = async (
  app,
  { freshMs, nowMs },
) => {
  const readers = new WeakMap<TenantPorts, ReturnType<typeof readerOf>>()
  const readerOf = ({ plans }: TenantPorts) => remember(() => plans.current(), freshMs, nowMs)

  app.get(
    '/v1/plans/current',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'getCurrentPlan',
        tags: ['plans'],
        summary: 'The plan in force',
        description:
          'Send the `ETag` back as `If-None-Match` and an unchanged plan costs nothing (304). `Warning: 110` says that the store is away and this is what it said last.',
        response: {
          200: ref(PlanSchema),
          304: { type: 'null', description: 'Unchanged.' },
          ...problems(401, 403, 404, 429, 503),
        },
      },
    },
    async ({ tenant, headers }, reply) => {
      const read = readers.get(tenant) ?? readerOf(tenant)
      readers.set(tenant, read)
      const { value: stored, stale } = await read()
      if (!stored) throw new NotFound('there is no plan yet')
      if (stale) reply.header('warning', '110 gridtide "the store is away"')
      const tag = planTag(stored)
      reply.headers({ etag: tag, 'cache-control': 'private, no-cache' })
      if (headers['if-none-match'] === tag) return reply.code(304).send(undefined as never) // null would be a body of four bytes
      return reply.type('application/json').send(planText(stored) as never)
    },
  )
}
