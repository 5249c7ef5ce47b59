import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from 'typebox'
import { NotFound } from '../../domain/errors.ts'
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

const Stretch = strict({
  location: Type.String(),
  startTime: Type.String(),
  endTime: Type.String(),
})
const Average = Type.Object({
  ...Stretch.properties,
  carbonIntensity: Type.Number({ description: 'gCO2e/kWh' }),
})
const PATH = '/emissions/average-carbon-intensity'
const MOST_AT_ONCE = 100

/** `GET` and `POST .../batch`, as the Carbon Aware SDK answers them. */
export const carbonAwareSdkAverageRoute: FastifyPluginAsyncTypebox<CarbonAwareSdkOptions> = async (
  app,
  options,
) => {
  app.get(
    PATH,
    {
      config: { access: 'read' },
      schema: {
        operationId: 'carbonAwareSdkAverage',
        tags: ['carbon-aware-sdk'],
        summary: 'Mean intensity of a stretch of time',
        querystring: Stretch,
        response: { 200: Average, ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    async ({ query }) => averageOf(options, query),
  )

  app.post(
    `${PATH}/batch`,
    {
      config: { access: 'read' },
      schema: {
        operationId: 'carbonAwareSdkAverages',
        tags: ['carbon-aware-sdk'],
        summary: 'Mean intensities of several stretches of time',
        body: Type.Array(Stretch, { minItems: 1, maxItems: MOST_AT_ONCE }),
        response: {
          200: Type.Array(Average),
          ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
      },
    },
    async ({ body }) =>
      Promise.all(body.map((stretch, index) => averageOf(options, stretch, `body/${index}/`))),
  )
}

/**
 * @param at where the fields are: `query/`, or e.g. `body/0/`
 * @throws InvalidInput | NotFound
 */
async function averageOf(
  options: CarbonAwareSdkOptions,
  { location, startTime, endTime }: Static<typeof Stretch>,
  at = 'query/',
): Promise<Static<typeof Average>> {
  const fromMs = instantOf(`${at}startTime`, startTime)
  const toMs = instantOf(`${at}endTime`, endTime)
  if (!(fromMs < toMs)) throw wrong(`${at}endTime`, 'must be after startTime')
  const found = await emissionsOf(options, location, fromMs, toMs - 1, at)
  // The SDK says 0 here, which reads as clean.
  if (found.length === 0) throw new NotFound(`nothing is held of ${location} at ${startTime}`)
  return {
    location,
    startTime: stampOf(fromMs),
    endTime: stampOf(toMs),
    carbonIntensity: meanBetween(found, fromMs, toMs),
  }
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
