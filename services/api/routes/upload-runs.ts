import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { NotFound } from '../../domain/errors.ts'
import { problems, ref } from '../schemas/ref.ts'
import { NewRunsSchema, RunsKeptSchema } from '../schemas/runs.ts'

/** A file of some ten thousand runs. */
const MOST_BYTES = 4 * 1024 * 1024

/** `POST /v1/runs`: measured runs of one model, which is then fitted anew. */
export const uploadRunsRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/v1/runs',
    {
      bodyLimit: MOST_BYTES,
      config: { access: 'plan' },
      schema: {
        operationId: 'uploadRuns',
        tags: ['fleet'],
        summary: 'Upload measured runs of a model',
        description: 'At most 4 MiB. Rows that cannot be true are left out, with the reason.',
        body: NewRunsSchema,
        response: {
          201: ref(RunsKeptSchema),
          ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
      },
    },
    async ({ tenant, caller, body: { model, format, text } }, reply) => {
      if (!(await tenant.models.get(model))) throw new NotFound(`there is no model ${model}`)
      const kept = await tenant.runs.upload(model, { format, text }, caller.subject)
      return reply.code(201).send(kept)
    },
  )
}
