import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { NotFound } from '../domain/errors.ts'
import { HttpError } from './http-error.ts'
import { problemOf } from './problem.ts'
import type { Problem } from './schemas/problem.ts'

/** The one place where errors become answers. */
export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply))
  app.setNotFoundHandler(notFound(app))
}

/** Also for refusals ahead of routing, which Fastify hands elsewhere. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const { body, headers } = problemOf(error, request.id)
  logProblem(request, body, error)
  return reply
    .code(body.status)
    .headers(headers)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(body)
}

/** Our own mistakes loudly, with all that is known of them; refusals for whoever looks for them. */
export function logProblem(
  request: FastifyRequest,
  { status, code, detail }: Problem,
  error: unknown,
) {
  const ids = { requestId: request.id, operation: request.routeOptions.schema?.operationId }
  if (status === 500) request.log.error({ ...ids, error }, 'unexpected error')
  else request.log.debug({ ...ids, code, detail }, 'refused')
}

/** A path that exists under other methods is a 405 that names them. */
function notFound(app: FastifyInstance) {
  const methodsOf = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = methodsOf.get(url) ?? new Set()
    for (const one of [method].flat()) methods.add(one)
    methodsOf.set(url, methods)
  })
  return (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?')[0]!
    const [, methods] = [...methodsOf].find(([pattern]) => matches(pattern, path)) ?? []
    const error = methods
      ? new HttpError('METHOD_NOT_ALLOWED', `${request.method} is not for ${path}`, {
          allow: [...methods].sort().join(', '),
        })
      : new NotFound(`there is nothing at ${path}`)
    return sendProblem(error, request, reply)
  }
}

/** `/v1/plans/:version` matches `/v1/plans/7`, segment by segment: no pattern, no backtracking. */
function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const found = path.split('/')
  return (
    wanted.length === found.length &&
    wanted.every((part, i) => part.startsWith(':') || part.replace('::', ':') === found[i])
  )
}
