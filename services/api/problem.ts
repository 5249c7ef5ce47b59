import type { FastifyError } from 'fastify'
import { AppError, type FieldIssue, InvalidInput, UpstreamUnavailable } from '../domain/errors.ts'
import { HTTP_CODES, HttpError } from './http-error.ts'
import type { Problem } from './schemas/problem.ts'

/** What the caller can do about it -> how HTTP says so. Any other code is a 500. */
export const STATUS_OF: Readonly<Record<string, number>> = {
  INVALID_INPUT: 400,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  FENCED: 409,
  FOREIGN_OWNER: 409,
  UNSUPPORTED: 422,
  UPSTREAM_REFUSED: 502,
  UPSTREAM_MALFORMED: 502,
  UPSTREAM_UNAVAILABLE: 503,
  ...HTTP_CODES,
}

const TITLE_OF: Readonly<Record<number, string>> = {
  400: 'The request is wrong',
  401: 'Who are you?',
  403: 'Not allowed',
  404: 'No such thing',
  405: 'No such method here',
  409: 'Someone else changed it first',
  412: 'It is not what you thought it was',
  413: 'The body is too large',
  415: 'That content type is not understood',
  422: 'It cannot do that',
  428: 'Say which version you have seen',
  429: 'Too many requests',
  500: 'Something broke on our side',
  502: 'An upstream refused or made no sense',
  503: 'Not available now',
}

const RETRY_AFTER_SECONDS = 5

export interface ProblemReply {
  readonly body: Problem
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Any error as an RFC 9457 problem. Nothing of an unexpected one is shown: its message may hold
 * SQL, paths or secrets, so it goes to the log under the request id that `instance` names.
 */
export function problemOf(error: unknown, requestId: string): ProblemReply {
  const known = inOurWords(error)
  const status = known ? (STATUS_OF[known.code] ?? 500) : 500
  const code = known && status !== 500 ? known.code : 'INTERNAL'
  const issues = known ? issuesOf(known) : []
  return {
    body: {
      type: `urn:gridtide:problem:${code.toLowerCase().replaceAll('_', '-')}`,
      title: TITLE_OF[status]!,
      status,
      detail:
        known && status !== 500
          ? known.message
          : 'The log has more under the request of `instance`.',
      code,
      instance: `urn:uuid:${requestId}`,
      ...(issues.length > 0 && { issues: [...issues] }),
    },
    headers: known ? headersOf(known, status) : {},
  }
}

function issuesOf(error: AppError): readonly FieldIssue[] {
  return error instanceof InvalidInput ? error.issues : []
}

function headersOf(error: AppError, status: number): Record<string, string> {
  if (error instanceof HttpError) return { ...error.headers }
  if (status !== 503) return {}
  const wait = error instanceof UpstreamUnavailable ? error.retryAfterSeconds : undefined
  return { 'retry-after': String(Math.ceil(wait ?? RETRY_AFTER_SECONDS)) }
}

/** Fastify's own refusals, translated; undefined for what nobody foresaw. */
function inOurWords(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error
  const { statusCode, code } = error as Partial<FastifyError>
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE' || statusCode === 413) {
    return new HttpError('PAYLOAD_TOO_LARGE', 'the body is larger than this service reads')
  }
  if (statusCode === 415) {
    return new HttpError('UNSUPPORTED_MEDIA_TYPE', 'send JSON, as `application/json`')
  }
  if (statusCode === 503) {
    return new HttpError('UNAVAILABLE', 'not now', { 'retry-after': String(RETRY_AFTER_SECONDS) })
  }
  const ours = statusCode !== undefined && statusCode >= 400 && statusCode < 500
  return ours ? new InvalidInput((error as Error).message) : undefined
}
