import type { FastifyInstance } from 'fastify'
import { InvalidInput } from '../domain/errors.ts'
import type { Security } from './access/authenticator.ts'

export interface ListenOptions {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  readonly security: Security
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/

export const isLoopback = (host: string): boolean => LOOPBACK.test(host)

/**
 * Opens the socket; without keys only where nobody else can reach it.
 *
 * @returns the address to print
 * @throws InvalidInput where everybody could do everything, or where nobody may listen
 */
export async function listenSafely(
  app: FastifyInstance,
  { host, port, security }: ListenOptions,
): Promise<string> {
  if (security.mode === 'open' && !isLoopback(host)) {
    throw new InvalidInput(`will not listen on ${host} without keys`, [
      {
        path: '/host',
        message: 'can be reached by others',
        suggestion: 'listen on 127.0.0.1, or switch keys on',
      },
    ])
  }
  return app.listen({ host, port }).catch(({ code }: NodeJS.ErrnoException) => {
    throw new InvalidInput(`cannot listen on ${host}:${port} (${code})`)
  })
}
