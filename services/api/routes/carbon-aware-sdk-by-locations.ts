import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { strict } from '../schemas/parts.ts'
import { problems } from '../schemas/ref.ts'
import { type CarbonAwareSdkOptions, emissionsOf, instantOf } from './carbon-aware-sdk-places.ts'
import { EmissionsSchema, Locations } from './carbon-aware-sdk-schemas.ts'

/** `GET /emissions/bylocations`, as the Carbon Aware SDK answers it. */
export const carbonAwareSdkByLocationsRoute: FastifyPluginAsyncTypebox<
  CarbonAwareSdkOptions
> = async (app, options) => {
  app.get(
    '/emissions/bylocations',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'carbonAwareSdkByLocations',
        tags: ['carbon-aware-sdk'],
        summary: 'Emissions of several locations',
        querystring: strict({
          location: Locations,
          time: Type.Optional(Type.String()),
          toTime: Type.Optional(Type.String()),
        }),
        response: { 200: EmissionsSchema, ...problems(400, 401, 403, 429, 503) },
      },
    },
    async ({ query }, reply) => {
      const fromMs = query.time === undefined ? options.nowMs() : instantOf('time', query.time)
      const toMs = query.toTime === undefined ? fromMs : instantOf('toTime', query.toTime)
      const each = [query.location].flat().map((name) => emissionsOf(options, name, fromMs, toMs))
      const found = (await Promise.all(each)).flat()
      return found.length > 0 ? found : reply.code(204 as 200).send([])
    },
  )
}
