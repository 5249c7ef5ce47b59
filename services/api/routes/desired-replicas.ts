import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { NotFound } from '../../domain/errors.ts'
import { strict } from '../schemas/parts.ts'
import { problems, ref } from '../schemas/ref.ts'
import { DesiredReplicasSchema } from '../schemas/target.ts'

/** `eu-north/llama-70b/H100-tp2`, with its slashes percent-encoded. */
const TargetId = Type.String({ minLength: 1, maxLength: 256, pattern: '^[A-Za-z0-9._/-]+$' })

/** `GET /v1/targets/{id}/desired`: for autoscalers that pull, in the form of KEDA's metrics-api. */
export const desiredReplicasRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/v1/targets/:id/desired',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'getDesiredReplicas',
        tags: ['targets'],
        summary: 'Replicas asked of one target now; 404 where nothing is',
        params: strict({ id: TargetId }),
        response: { 200: ref(DesiredReplicasSchema), ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ tenant, params: { id } }) => {
      const desired = await tenant.targets.desired(id)
      if (!desired) throw new NotFound(`nothing is asked of ${id} now`)
      return desired
    },
  )
}
