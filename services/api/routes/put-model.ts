import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { contentTag, ifUnchanged, seenRevision } from '../revision.ts'
import { ModelChangeSchema, ModelSchema } from '../schemas/model.ts'
import { IdParams, RevisionHeaders } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `PUT /v1/models/{id}`: changes a model or adds one, for the next plan on. */
export const putModelRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.put(
    '/v1/models/:id',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'putModel',
        tags: ['fleet'],
        summary: 'Change or add a model',
        description:
          'Send `If-Match` with the `ETag` you read, or `If-None-Match: *` for a new model.',
        params: IdParams,
        headers: RevisionHeaders,
        body: ModelChangeSchema,
        response: {
          200: ref(ModelSchema),
          ...problems(400, 401, 403, 412, 413, 415, 428, 429, 503),
        },
      },
    },
    async ({ tenant, caller, params, headers, body }, reply) => {
      const seen = seenRevision(headers, await tenant.models.get(params.id))
      const model = await ifUnchanged(tenant.models.put(params.id, body, seen, caller.subject))
      reply.header('etag', contentTag(model))
      return model.value
    },
  )
}
