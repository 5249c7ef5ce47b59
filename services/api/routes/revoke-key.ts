import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { KeyParams, KeySchema } from '../schemas/key.ts'
import { problems, ref } from '../schemas/ref.ts'
import type { KeyRouteOptions } from './create-key.ts'

/** `DELETE /v1/keys/{prefix}`: ends a key now; other processes notice within ten seconds. */
export const revokeKeyRoute: FastifyPluginAsyncTypebox<KeyRouteOptions> = async (
  app,
  { keys, nowMs },
) => {
  app.delete(
    '/v1/keys/:prefix',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'revokeKey',
        tags: ['service'],
        summary: 'End a key now',
        params: KeyParams,
        response: { 200: ref(KeySchema), ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ caller, params }) => keys.revoke(caller.tenant, params.prefix, nowMs()),
  )
}
