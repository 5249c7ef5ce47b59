import type { FastifyInstance } from 'fastify'
import { logProblem } from './error-handler.ts'
import { problemOf } from './problem.ts'
import type { OpenaiError } from './schemas/openai.ts'

const TYPE_OF: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
}

/**
 * Errors of the routes in this scope as OpenAI's clients read them. What may be shown, and under which
 * status, is decided where all errors are.
 */
export function answerAsOpenai(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const { body, headers } = problemOf(error, request.id)
    logProblem(request, body, error)
    const [issue] = body.issues ?? []
    const answer: OpenaiError = {
      error: {
        message: body.detail,
        type:
          TYPE_OF[body.status] ?? (body.status >= 500 ? 'server_error' : 'invalid_request_error'),
        param: issue ? issue.path.split('/').slice(2).join('.') : null,
        code: body.code.toLowerCase(),
      },
    }
    return reply
      .code(body.status)
      .headers(headers)
      .header('cache-control', 'no-store')
      .type('application/json')
      .send(answer)
  })
}
