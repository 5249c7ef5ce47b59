import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { ReadinessCheck } from '../ports.ts'
import { ReadinessSchema } from '../schemas/health.ts'
import { problems, ref } from '../schemas/ref.ts'

export interface ReadinessOptions {
  readonly checks: readonly ReadinessCheck[]
}

const PATIENCE_MS = 1000
const ENDING: ReadinessCheck = { name: 'process', look: async () => 'is about to end' }

/** `GET /readyz`: may traffic come here? Says check by check what is amiss. */
export const readinessRoute: FastifyPluginAsyncTypebox<ReadinessOptions> = async (
  app,
  { checks },
) => {
  app.get(
    '/readyz',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getReadiness',
        tags: ['service'],
        summary: 'Ready for traffic?',
        response: { 200: ref(ReadinessSchema), 503: ref(ReadinessSchema), 500: problems()[500] },
      },
    },
    async (_request, reply) => {
      const looked = await Promise.all((app.ending ? [...checks, ENDING] : checks).map(look))
      const ready = looked.every(({ ok }) => ok)
      reply.header('cache-control', 'no-store')
      return reply.code(ready ? 200 : 503).send({ ready, checks: looked })
    },
  )
}

/** What a check throws may name hosts and users; this route is public, so it says no more than that. */
async function look(check: ReadinessCheck) {
  const late = AbortSignal.timeout(PATIENCE_MS)
  const tooLate = new Promise<string>((resolve) => {
    late.addEventListener('abort', () => resolve('did not answer in time'), { once: true })
  })
  const words = await Promise.race([check.look(), tooLate]).catch(() => 'does not answer')
  return words === undefined
    ? { name: check.name, ok: true }
    : { name: check.name, ok: check.advisory ?? false, words }
}
