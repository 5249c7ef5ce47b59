import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { msFromSeconds } from '../../domain/units.ts'
import { rotateKey } from '../../keys/index.ts'
import { KeyParams, MadeKeySchema, RotationSchema } from '../schemas/key.ts'
import { problems, ref } from '../schemas/ref.ts'
import type { KeyRouteOptions } from './create-key.ts'

/** `POST /v1/keys/{prefix}/rotate`: a new key in place of an old one, which lives on for a while. */
export const rotateKeyRoute: FastifyPluginAsyncTypebox<KeyRouteOptions> = async (
  app,
  { keys, nowMs },
) => {
  app.post(
    '/v1/keys/:prefix/rotate',
    {
      config: { access: 'admin', secret: true },
      schema: {
        operationId: 'rotateKey',
        tags: ['service'],
        summary: 'Change a key for a new one',
        params: KeyParams,
        body: RotationSchema,
        response: {
          201: ref(MadeKeySchema),
          ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
      },
    },
    async ({ caller: { tenant }, params: { prefix }, body, onceId }, reply) => {
      const overlapMs = msFromSeconds(body.overlapSeconds)
      const { text, key } = await rotateKey(keys, { tenant, prefix, overlapMs, onceId }, nowMs())
      return reply.code(201).send({ ...key, key: text })
    },
  )
}
