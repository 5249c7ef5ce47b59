import type { FastifyRequest } from 'fastify'
import type { Identify } from './who-calls.ts'

/** Whether the credential that a request came with still lets its caller in, for long answers. */
export type StillCalls = (request: FastifyRequest) => Promise<boolean>

/** @param nowMs the clock that tokens expire by */
export const stillCalls =
  (identify: Identify, nowMs: () => number): StillCalls =>
  async (request) => {
    const { untilMs } = request.caller
    if (untilMs !== undefined) return nowMs() < untilMs
    try {
      return (await identify(request)) !== undefined
    } catch {
      return true // it was let in, and nobody can say now that it may not stay
    }
  }
