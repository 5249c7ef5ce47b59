import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { KeyStore } from '../../keys/index.ts'
import { pageOfWhole } from '../paging.ts'
import { KeyListSchema } from '../schemas/key.ts'
import { WholePageQuery } from '../schemas/parts.ts'
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
        querystring: WholePageQuery,
        response: { 200: ref(KeyListSchema), ...problems(400, 401, 403, 429, 503) },
      },
    },
    async ({ caller, query }) =>
      pageOfWhole(query, await keys.list(caller.tenant), ({ prefix }) => prefix),
  )
}
