import { AppError, type FieldIssue } from '../domain/errors.ts'

/** Refusals that only exist over HTTP: code -> status. Listed in docs/api.md; a test holds both equal. */
export const HTTP_CODES = {
  UNAUTHENTICATED: 401,
  METHOD_NOT_ALLOWED: 405,
  PRECONDITION_FAILED: 412,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  PRECONDITION_REQUIRED: 428,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
} as const
export type HttpCode = keyof typeof HTTP_CODES

/** A refusal in the words of HTTP, with the headers that tell a client what to do next. */
export class HttpError extends AppError {
  readonly code: HttpCode
  readonly headers: Readonly<Record<string, string>>
  readonly issues: readonly FieldIssue[] = []

  constructor(code: HttpCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.code = code
    this.headers = headers
  }
}
