import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { strict } from '../schemas/parts.ts'
import { problems } from '../schemas/ref.ts'
import { type CarbonAwareSdkOptions, emissionsOf, instantOf } from './carbon-aware-sdk-places.ts'
import { EmissionsSchema } from './carbon-aware-sdk-schemas.ts'

/** `GET /emissions/bylocation`, as the Carbon Aware SDK answers it. */
export const carbonAwareSdkByLocationRoute: FastifyPluginAsyncTypebox<
  CarbonAwareSdkOptions
> = async (app, options) => {
  app.get(
    '/emissions/bylocation',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'carbonAwareSdkByLocation',
        tags: ['carbon-aware-sdk'],
        summary: 'Emissions of one location',
        // An unknown parameter is refused: the SDK ignores `startTime` and answers with now.
        querystring: strict({
          location: Type.String(),
          time: Type.Optional(Type.String()),
          toTime: Type.Optional(Type.String()),
        }),
        response: { 200: EmissionsSchema, ...problems(400, 401, 403, 429, 503) },
      },
    },
    async ({ query }, reply) => {
      const fromMs = query.time === undefined ? options.nowMs() : instantOf('time', query.time)
      const toMs = query.toTime === undefined ? fromMs : instantOf('toTime', query.toTime)
      const found = await emissionsOf(options, query.location, fromMs, toMs)
      return found.length > 0 ? [...found] : reply.code(204 as 200).send([])
    },
  )
}
