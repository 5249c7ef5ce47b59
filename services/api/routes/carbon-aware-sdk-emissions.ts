import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { strict } from '../schemas/parts.ts'
import { problems } from '../schemas/ref.ts'
import {
  type CarbonAwareSdkOptions,
  type Emissions,
  emissionsOf,
  instantOf,
} from './carbon-aware-sdk-places.ts'
import { EmissionsSchema, Locations } from './carbon-aware-sdk-schemas.ts'

type Pick = (found: readonly Emissions[]) => readonly Emissions[]

const all: Pick = (found) => found
const cleanest: Pick = (found) => {
  const least = Math.min(...found.map(({ rating }) => rating))
  return found.filter(({ rating }) => rating === least)
}

const ROUTES = [
  {
    path: '/emissions/bylocation',
    operationId: 'carbonAwareSdkByLocation',
    summary: 'Emissions of one location',
    location: Type.String(),
    pick: all,
  },
  {
    path: '/emissions/bylocations',
    operationId: 'carbonAwareSdkByLocations',
    summary: 'Emissions of several locations',
    location: Locations,
    pick: all,
  },
  {
    path: '/emissions/bylocations/best',
    operationId: 'carbonAwareSdkBestLocation',
    summary: 'The cleanest of several locations',
    location: Locations,
    pick: cleanest,
  },
]

/** `GET /emissions/bylocation`, `/bylocations` and `/bylocations/best`, as the Carbon Aware SDK answers them. */
export const carbonAwareSdkEmissionsRoutes: FastifyPluginAsyncTypebox<
  CarbonAwareSdkOptions
> = async (app, options) => {
  for (const { path, operationId, summary, location, pick } of ROUTES) {
    app.get(
      path,
      {
        config: { access: 'read' },
        schema: {
          operationId,
          tags: ['carbon-aware-sdk'],
          summary,
          // An unknown parameter is refused: the SDK ignores `startTime` and answers with now.
          querystring: strict({
            location,
            time: Type.Optional(Type.String()),
            toTime: Type.Optional(Type.String()),
          }),
          response: { 200: EmissionsSchema, ...problems(400, 401, 403, 429, 503) },
        },
      },
      async ({ query }, reply) => {
        const fromMs =
          query.time === undefined ? options.nowMs() : instantOf('query/time', query.time)
        const toMs = query.toTime === undefined ? fromMs : instantOf('query/toTime', query.toTime)
        const each = [query.location].flat().map((name) => emissionsOf(options, name, fromMs, toMs))
        const found = (await Promise.all(each)).flat()
        return found.length > 0 ? [...pick(found)] : reply.code(204 as 200).send([])
      },
    )
  }
}
