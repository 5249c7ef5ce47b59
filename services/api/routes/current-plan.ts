import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { NotFound } from '../../domain/errors.ts'
import { type Memory, remember } from '../plans/remembered.ts'
import { readServed, type ServedPlan } from '../plans/served-plan.ts'
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
  const memories = new WeakMap<TenantPorts, Memory<ServedPlan | undefined>>()
  const memoryOf = (tenant: TenantPorts) => {
    const known = memories.get(tenant)
    if (known) return known
    const memory = remember<ServedPlan | undefined>(
      (last) => readServed(tenant.plans, last),
      freshMs,
      nowMs,
    )
    memories.set(tenant, memory)
    return memory
  }

  app.get(
    '/v1/plans/current',
    {
      config: { access: 'read', uncounted: true },
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
    // Not async: of all routes this one is asked most, and mostly there is nothing to wait for.
    (request, reply) => {
      const memory = memoryOf(request.tenant)
      const fresh = memory.fresh()
      if (fresh) return void answer(request, reply, fresh)
      return memory.ask().then(({ value, stale }) => {
        if (!value) throw new NotFound('there is no plan yet')
        if (stale) reply.header('warning', '110 gridtide "the store is away"')
        return answer(request, reply, value) as never
      })
    },
  )
}

function answer(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { tag, body }: ServedPlan,
): FastifyReply {
  reply.header('etag', tag).header('cache-control', 'private, no-cache')
  if (headers['if-none-match'] === tag) return reply.code(304).send() // null would be a body of four bytes
  return reply.header('content-type', 'application/json; charset=utf-8').send(body)
}
