import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type FieldIssue, InvalidInput, NotFound } from '../../domain/errors.ts'
import { ifUnchanged, revisionTag, seenIfSaid } from '../revision.ts'
import {
  AHEAD_DAYS,
  DemandKeptSchema,
  type DemandPush,
  DemandPushSchema,
} from '../schemas/demand.ts'
import { IdParams, IfMatchHeaders } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `PUT /v1/models/{id}/demand`: observed or forecast traffic, from whoever sees it. */
export const pushDemandRoute: FastifyPluginAsyncTypebox<{
  readonly nowMs: () => number
}> = async (app, { nowMs }) => {
  app.put(
    '/v1/models/:id/demand',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'pushDemand',
        tags: ['fleet'],
        summary: 'Tell what traffic a model has, or will have',
        description:
          'The newest word on a slot is the one kept, so sending again is harmless. `If-Match` with the `ETag` of what you read keeps you from writing over what somebody else pushed meanwhile.',
        params: IdParams,
        headers: IfMatchHeaders,
        body: DemandPushSchema,
        response: {
          200: ref(DemandKeptSchema),
          ...problems(400, 401, 403, 404, 412, 413, 415, 429, 503),
        },
      },
    },
    async ({ tenant, params: { id }, headers, body }, reply) => {
      assertInOrder(body)
      assertNear(body, nowMs())
      const model = await tenant.models.get(id)
      if (!model) throw new NotFound(`there is no model ${id}`)
      assertOrigin(body, model.value.origins)
      const pushed = tenant.demand.push({ model: id, ...body }, nowMs(), seenIfSaid(headers))
      reply.header('etag', revisionTag(await ifUnchanged(pushed)))
      return { slots: body.slots.length }
    },
  )
}

/** Whoever measures may have a clock that is a little ahead. */
const CLOCK_AHEAD_MS = 300_000
const DAY_MS = 86_400_000

/**
 * A slot of a far future would be kept until then, and one that was observed there would count as
 * seen. One that has begun may be told of while it lasts.
 */
function assertNear({ kind, slots }: DemandPush, nowMs: number): void {
  refuse(
    'slots are too far ahead',
    slots.flatMap(({ startMs, endMs }, index) => {
      const path = `/body/slots/${index}`
      if (kind === 'observed' && startMs > nowMs + CLOCK_AHEAD_MS) {
        return [{ path: `${path}/startMs`, message: 'has not come yet' }]
      }
      return endMs > nowMs + AHEAD_DAYS * DAY_MS
        ? [{ path: `${path}/endMs`, message: `is more than ${AHEAD_DAYS} days from now` }]
        : []
    }),
  )
}

/** Traffic from elsewhere would be kept and never looked at. */
function assertOrigin({ origin }: DemandPush, origins: readonly string[]): void {
  if (origins.includes(origin)) return
  const message = `is no origin of this model; it has ${origins.join(', ')}`
  refuse(`/body/origin ${message}`, [{ path: '/body/origin', message }])
}

function refuse(words: string, issues: readonly FieldIssue[]): void {
  if (issues.length > 0) throw new InvalidInput(words, issues)
}

function assertInOrder({ slots }: DemandPush): void {
  const issues = slots.flatMap(({ startMs, endMs }, index) => {
    const path = `/body/slots/${index}`
    if (endMs <= startMs) return [{ path: `${path}/endMs`, message: 'must come after startMs' }]
    const overlaps = index > 0 && startMs < slots[index - 1]!.endMs
    return overlaps ? [{ path: `${path}/startMs`, message: 'overlaps the slot before' }] : []
  })
  refuse('slots are out of order', issues)
}
