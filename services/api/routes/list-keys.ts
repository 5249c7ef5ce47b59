import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { KeyStore } from '../../keys/index.ts'
import { KeyListSchema } from '../schemas/key.ts'
import { problems, ref } from '../schemas/ref.ts'

/** `GET /v1/keys`: which keys there are; never the keys themselves. */
export const listKeysRoute: FastifyPluginAsyncTypebox<{ readonly keys: KeyStore }> = async (
  app,
  { keys },
) => {
  app.get(
    '/v1/keys',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'listKeys',
        tags: ['service'],
        summary: 'Keys, those that have ended included',
        response: { 200: ref(KeyListSchema), ...problems(401, 403, 429, 503) },
      },
    },
    async ({ caller }) => ({ items: await keys.list(caller.tenant) }),
  )
}
