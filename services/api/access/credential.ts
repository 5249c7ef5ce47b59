import type { FastifyRequest } from 'fastify'

/** What a caller sends to say who it is: a key or a token, by whichever header may carry it. */
export function credentialOf(request: FastifyRequest): string | undefined {
  const { authorization, 'x-api-key': key } = request.headers
  if (typeof key === 'string') return key
  if (authorization === undefined) return undefined
  const space = authorization.indexOf(' ')
  const scheme = authorization.slice(0, space).toLowerCase()
  const credential = authorization.slice(space + 1)
  if (scheme === 'bearer') return credential
  return scheme === 'basic' && isBrowsed(request) ? passwordOf(credential) : undefined
}

/** A page that a browser opens by itself. */
export const isBrowsed = ({ routeOptions }: FastifyRequest): boolean =>
  routeOptions.config.browsed === true

function passwordOf(basic: string): string {
  const pair = Buffer.from(basic, 'base64').toString()
  return pair.slice(pair.indexOf(':') + 1)
}
