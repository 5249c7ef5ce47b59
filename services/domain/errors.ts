/**
 * One class per thing the *caller* can do about it, not per place it came from.
 *
 * Expected outcomes (an infeasible window, an unchanged plan) are return values, never errors.
 * Every `code` is listed in docs/errors.md; test/docs/errors.test.ts keeps the two lists equal.
 */
export abstract class AppError extends Error {
  /** Stable, machine-readable, part of the HTTP API. */
  abstract readonly code: string
  /** May the same call succeed later? Workers retry on this flag and on nothing else. */
  readonly retryable: boolean = false

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}

/** One thing wrong with an input: where, what, and what would be right. */
export interface FieldIssue {
  /** JSON Pointer into the document, e.g. `/regions/0/pue`. */
  readonly path: string
  readonly message: string
  readonly suggestion?: string
  /** Where in the text, both from 1, where the input was one. */
  readonly line?: number
  readonly column?: number
}

/** The caller sent something wrong. Fix the request. */
export class InvalidInput extends AppError {
  readonly code = 'INVALID_INPUT'
  readonly issues: readonly FieldIssue[]

  constructor(message: string, issues: readonly FieldIssue[] = [], options?: ErrorOptions) {
    super(message, options)
    this.issues = issues
  }
}

/** The thing named does not exist. Create it, or name another. */
export class NotFound extends AppError {
  readonly code = 'NOT_FOUND'
}

/** Someone else changed it first. Read again, then decide again. */
export class Conflict extends AppError {
  readonly code = 'CONFLICT'
  override readonly retryable = true
}

/** A newer planner has acted on this target. Stop; take the lease again before another try. */
export class Fenced extends AppError {
  readonly code = 'FENCED'
}

/** The target cannot do this at all. Ask for something else, or switch the feature on there. */
export class Unsupported extends AppError {
  readonly code = 'UNSUPPORTED'
}

/** An autoscaler or another controller steers this. Yield, steer its bounds, or force. */
export class ForeignOwner extends AppError {
  readonly code = 'FOREIGN_OWNER'
}

/** Who we are is not known, or not enough for this. Use another key or ask for the scope. */
export class Forbidden extends AppError {
  readonly code = 'FORBIDDEN'
}

interface UpstreamDetails extends ErrorOptions {
  readonly upstream: string
  readonly httpStatus?: number
  readonly retryAfterSeconds?: number | undefined
}

abstract class UpstreamError extends AppError {
  readonly upstream: string
  readonly httpStatus: number | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(message: string, details: UpstreamDetails) {
    super(`${details.upstream}: ${message}`, details)
    this.upstream = details.upstream
    this.httpStatus = details.httpStatus
    this.retryAfterSeconds = details.retryAfterSeconds
  }
}

/** Timeout, refused connection, 429 or 5xx. Wait `retryAfterSeconds`, then try again. */
export class UpstreamUnavailable extends UpstreamError {
  readonly code = 'UPSTREAM_UNAVAILABLE'
  override readonly retryable = true
}

/** Any other 4xx: our credentials, quota or request are wrong. An operator has to act. */
export class UpstreamRefused extends UpstreamError {
  readonly code = 'UPSTREAM_REFUSED'
}

/** It answered 200 with a body we cannot trust. Pin the fixture, fix the adapter. */
export class UpstreamMalformed extends UpstreamError {
  readonly code = 'UPSTREAM_MALFORMED'
}

/** Our own second look found a broken promise in a plan. It was not used; report what it says. */
export class PlanRefused extends AppError {
  readonly code = 'PLAN_REFUSED'
}
