import type { FastifyInstance, FastifyRequest } from 'fastify'

type Limiter = ReturnType<FastifyInstance['createRateLimit']>

/** Refused credentials, by the address they came from. */
export interface Guesses {
  /** How long an address that guessed too often has to wait; undefined where it need not. */
  waitSeconds(request: FastifyRequest): Promise<number | undefined>
  /** One more that was wrong. */
  wrong(request: FastifyRequest): Promise<void>
}

const MINUTE_MS = 60_000
const MOST_SUSPECTS = 100_000

/** Asks the limiter about those alone who were wrong within the last minute: most never are. */
export function watchGuesses(limiter: Limiter, nowMs: () => number): Guesses {
  const suspects = new Map<string, number>()
  return {
    async waitSeconds(request) {
      const lastMs = suspects.get(request.ip)
      if (lastMs === undefined) return undefined
      if (nowMs() - lastMs > MINUTE_MS) {
        suspects.delete(request.ip)
        return undefined
      }
      const looked = await limiter(request, { increment: false })
      return !looked.isAllowed && looked.isExceeded ? looked.ttlInSeconds : undefined
    },
    async wrong(request) {
      if (suspects.size >= MOST_SUSPECTS) suspects.clear()
      suspects.set(request.ip, nowMs())
      await limiter(request)
    },
  }
}
