import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { InvalidInput, NotFound } from '../../domain/errors.ts'
import { ifUnchanged, revisionTag, seenIfSaid } from '../revision.ts'
import { DemandKeptSchema, type DemandPush, DemandPushSchema } from '../schemas/demand.ts'
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
      if (!(await tenant.models.get(id))) throw new NotFound(`there is no model ${id}`)
      const pushed = tenant.demand.push({ model: id, ...body }, nowMs(), seenIfSaid(headers))
      reply.header('etag', revisionTag(await ifUnchanged(pushed)))
      return { slots: body.slots.length }
    },
  )
}

function assertInOrder({ slots }: DemandPush): void {
  const issues = slots.flatMap(({ startMs, endMs }, index) => {
    const path = `/body/slots/${index}`
    if (endMs <= startMs) return [{ path: `${path}/endMs`, message: 'must come after startMs' }]
    const overlaps = index > 0 && startMs < slots[index - 1]!.endMs
    return overlaps ? [{ path: `${path}/startMs`, message: 'overlaps the slot before' }] : []
  })
  if (issues.length > 0) throw new InvalidInput('slots are out of order', issues)
}
