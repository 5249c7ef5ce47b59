import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { problems } from '../schemas/ref.ts'
import type { CarbonAwareSdkOptions } from './carbon-aware-sdk-places.ts'

/** `GET /locations`, as the Carbon Aware SDK answers it: names a caller may use. */
export const carbonAwareSdkLocationsRoute: FastifyPluginAsyncTypebox<
  CarbonAwareSdkOptions
> = async (app, { grid, locations }) => {
  app.get(
    '/locations',
    {
      config: { access: 'read', uncounted: true },
      schema: {
        operationId: 'carbonAwareSdkLocations',
        tags: ['carbon-aware-sdk'],
        summary: 'Locations known',
        response: {
          200: Type.Record(Type.String(), Type.Object({ Name: Type.String() })),
          ...problems(401, 403, 429),
        },
      },
    },
    async () =>
      Object.fromEntries(
        [...Object.keys(locations), ...grid.zones].map((name) => [name, { Name: name }]),
      ),
  )
}
