import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { strict } from '../schemas/parts.ts'
import { problems } from '../schemas/ref.ts'
import {
  type CarbonAwareSdkOptions,
  emissionsOf,
  HOUR_MS,
  instantOf,
  stampOf,
  wrong,
} from './carbon-aware-sdk-places.ts'

/** `GET /emissions/average-carbon-intensity`, as the Carbon Aware SDK answers it. */
export const carbonAwareSdkAverageRoute: FastifyPluginAsyncTypebox<CarbonAwareSdkOptions> = async (
  app,
  options,
) => {
  app.get(
    '/emissions/average-carbon-intensity',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'carbonAwareSdkAverage',
        tags: ['carbon-aware-sdk'],
        summary: 'Mean intensity of a stretch of time',
        querystring: strict({
          location: Type.String(),
          startTime: Type.String(),
          endTime: Type.String(),
        }),
        response: {
          200: Type.Object({
            location: Type.String(),
            startTime: Type.String(),
            endTime: Type.String(),
            carbonIntensity: Type.Number({ description: 'gCO2e/kWh' }),
          }),
          ...problems(400, 401, 403, 429, 503),
        },
      },
    },
    async ({ query: { location, startTime, endTime } }) => {
      const fromMs = instantOf('startTime', startTime)
      const toMs = instantOf('endTime', endTime)
      if (!(fromMs < toMs)) throw wrong('endTime', 'must be after startTime')
      const found = await emissionsOf(options, location, fromMs, toMs - 1)
      return {
        location,
        startTime: stampOf(fromMs),
        endTime: stampOf(toMs),
        carbonIntensity: meanBetween(found, fromMs, toMs),
      }
    },
  )
}

/** Weighed by how long each value holds inside the stretch. */
function meanBetween(
  found: readonly { time: string; rating: number; duration: string }[],
  fromMs: number,
  toMs: number,
): number {
  let weight = 0
  let sum = 0
  for (const [index, { time, rating }] of found.entries()) {
    const startMs = Date.parse(time)
    const next = found[index + 1]
    const endMs = next ? Date.parse(next.time) : startMs + HOUR_MS
    const overlapMs = Math.max(0, Math.min(endMs, toMs) - Math.max(startMs, fromMs))
    weight += overlapMs
    sum += overlapMs * rating
  }
  return sum / weight
}
