import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { createKey, type KeyStore } from '../../keys/index.ts'
import { MadeKeySchema, NewKeySchema } from '../schemas/key.ts'
import { problems, ref } from '../schemas/ref.ts'

export interface KeyRouteOptions {
  readonly keys: KeyStore
  readonly nowMs: () => number
}

/** `POST /v1/keys`: a new key of the caller's tenant; its text is in this answer alone. */
export const createKeyRoute: FastifyPluginAsyncTypebox<KeyRouteOptions> = async (
  app,
  { keys, nowMs },
) => {
  app.post(
    '/v1/keys',
    {
      config: { access: 'admin', secret: true },
      schema: {
        operationId: 'createKey',
        tags: ['service'],
        summary: 'Make a key',
        body: NewKeySchema,
        response: { 201: ref(MadeKeySchema), ...problems(400, 401, 403, 409, 413, 415, 429, 503) },
      },
    },
    async ({ caller: { tenant }, body, onceId }, reply) => {
      const { text, key } = await createKey(keys, { ...body, tenant, onceId }, nowMs())
      return reply.code(201).send({ ...key, key: text })
    },
  )
}
