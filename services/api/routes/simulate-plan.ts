import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { HttpError } from '../http-error.ts'
import { problems, ref } from '../schemas/ref.ts'
import { SimulationRequestSchema, SimulationSchema } from '../schemas/simulation.ts'

export interface SimulatePlanOptions {
  /** Solved at once; a solve takes a core for seconds. */
  readonly mostAtOnce: number
  readonly timeoutMs: number
}

/** `POST /v1/plans:simulate`: what would be planned if; nothing is kept, nobody is told. */
export const simulatePlanRoute: FastifyPluginAsyncTypebox<SimulatePlanOptions> = async (
  app,
  { mostAtOnce, timeoutMs },
) => {
  let running = 0

  app.post(
    '/v1/plans::simulate',
    {
      config: { access: 'plan' },
      schema: {
        operationId: 'simulatePlan',
        tags: ['plans'],
        summary: 'What would be planned if',
        body: SimulationRequestSchema,
        response: {
          200: ref(SimulationSchema),
          ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
      },
    },
    async ({ tenant, body }, { raw }) => {
      if (running >= mostAtOnce) {
        throw new HttpError('UNAVAILABLE', 'enough is being simulated already', {
          'retry-after': '5',
        })
      }
      running++
      const over = new AbortController()
      const end = () => over.abort()
      raw.once('close', end)
      const timer = setTimeout(end, timeoutMs)
      const simulated = tenant.simulate(body, over.signal).finally(() => {
        running--
        clearTimeout(timer)
      })
      try {
        return await Promise.race([simulated, rejectedOn(over.signal)])
      } catch (error) {
        if (!over.signal.aborted) throw error
        throw new HttpError('UNAVAILABLE', 'this takes too long to simulate', {
          'retry-after': '60',
        })
      }
    },
  )
}

/** Not all that a simulation does can be broken off: its caller is answered in time all the same. */
const rejectedOn = (abort: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    abort.addEventListener('abort', () => reject(abort.reason), { once: true })
  })
