import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
  type IRetryBackoffContext,
  retry,
  TaskCancelledError,
  wrap,
} from 'cockatiel'
import { AppError, UpstreamUnavailable } from '../domain/errors.ts'
import { msFromSeconds, secondsFromMs } from '../domain/units.ts'
import type { HttpClient, HttpRequest, HttpResponse } from '../platform/http.ts'

/** At most `requests` in any `perMs`. */
export interface RequestBudget {
  readonly requests: number
  readonly perMs: number
}

export interface PoliteOptions {
  readonly budget?: RequestBudget
  /** Calls after the first. */
  readonly retries?: number
  /** First pause before a retry; doubles each time, and a random part of it is waited. */
  readonly pauseMs?: number
  readonly longestPauseMs?: number
  /** Failures in a row that open the breaker, and how long it stays open. */
  readonly breakAfter?: number
  readonly openForMs?: number
  readonly nowMs?: () => number
  /** Uniform in [0, 1). */
  readonly random?: () => number
}

/** Keep out of step with what other clients' defaults are: everyone asks on the full minute. */
const DEFAULTS = {
  retries: 3,
  pauseMs: 500,
  longestPauseMs: 30_000,
  breakAfter: 5,
  openForMs: 60_000,
}
const MOST_REMEMBERED = 256

interface Remembered {
  readonly headers: Readonly<Record<string, string>>
  readonly response: HttpResponse
}

/**
 * The same client with manners, one per provider: it keeps to a request budget, retries what may
 * succeed later (full jitter, Brooker 2015; never before a given Retry-After), stops asking a
 * service that keeps failing, and asks again only for what has changed (ETag, Last-Modified).
 */
export function politeHttp(http: HttpClient, options: PoliteOptions = {}): HttpClient {
  const { random = Math.random, nowMs = Date.now, budget } = options
  const { retries, pauseMs, longestPauseMs, breakAfter, openForMs } = { ...DEFAULTS, ...options }
  const later = handleWhen((error) => error instanceof AppError && error.retryable)
  const backoff = new DelegateBackoff((context: IRetryBackoffContext<unknown>) => {
    const failure = context.result
    const error = 'error' in failure ? failure.error : undefined
    const askedMs =
      error instanceof UpstreamUnavailable ? msFromSeconds(error.retryAfterSeconds ?? 0) : 0
    const jitteredMs = random() * Math.min(longestPauseMs, pauseMs * 2 ** (context.attempt - 1))
    return askedMs + jitteredMs
  })
  // Waiting longer than that is the next tick's work; the ladder has something to say meanwhile.
  const worthWaiting = handleWhen(
    (error) =>
      error instanceof AppError &&
      error.retryable &&
      !(
        error instanceof UpstreamUnavailable &&
        msFromSeconds(error.retryAfterSeconds ?? 0) > longestPauseMs
      ),
  )
  const breaker = circuitBreaker(later, {
    halfOpenAfter: openForMs,
    breaker: new ConsecutiveBreaker(breakAfter),
  })
  const policy = wrap(retry(worthWaiting, { maxAttempts: retries, backoff }), breaker)
  const spend = budget ? budgetKeeper(budget, nowMs) : () => undefined
  const remembered = new Map<string, Remembered>()

  return {
    async send(upstream, request) {
      const attempt = async () => {
        request.abort?.throwIfAborted()
        spend(upstream)
        return ask(http, upstream, request, remembered)
      }
      try {
        return await policy.execute(attempt, request.abort)
      } catch (error) {
        request.abort?.throwIfAborted()
        if (!(error instanceof BrokenCircuitError || error instanceof TaskCancelledError))
          throw error
        const details = { upstream, retryAfterSeconds: secondsFromMs(openForMs) }
        throw new UpstreamUnavailable(`not asked: it failed ${breakAfter} times in a row`, details)
      }
    },
  }
}

async function ask(
  http: HttpClient,
  upstream: string,
  request: HttpRequest,
  remembered: Map<string, Remembered>,
): Promise<HttpResponse> {
  if ((request.method ?? 'GET') !== 'GET') return http.send(upstream, request)
  const key = JSON.stringify([request.url, request.query ?? {}])
  const known = remembered.get(key)
  const response = await http.send(upstream, {
    ...request,
    headers: { ...request.headers, ...known?.headers },
    allowStatus: known ? [...(request.allowStatus ?? []), 304] : (request.allowStatus ?? []),
  })
  if (response.status === 304 && known) return known.response
  remembered.delete(key)
  const headers = revalidation(response.headers)
  if (headers) remembered.set(key, { headers, response })
  if (remembered.size > MOST_REMEMBERED) remembered.delete(remembered.keys().next().value!)
  return response
}

/** What to send next time, so that an unchanged answer costs nothing. */
function revalidation({
  etag,
  'last-modified': modified,
}: HttpResponse['headers']): Record<string, string> | undefined {
  if (etag) return { 'if-none-match': etag }
  return modified ? { 'if-modified-since': modified } : undefined
}

/** Refuses, rather than delays, a call beyond the budget: the cache and the ladder stand in. */
function budgetKeeper({ requests, perMs }: RequestBudget, nowMs: () => number) {
  const spent: number[] = []
  return (upstream: string): void => {
    const now = nowMs()
    while (spent.length > 0 && spent[0]! <= now - perMs) spent.shift()
    if (spent.length >= requests) {
      const retryAfterSeconds = secondsFromMs(spent[0]! + perMs - now)
      const details = { upstream, retryAfterSeconds }
      throw new UpstreamUnavailable(`own budget of ${requests} calls is spent`, details)
    }
    spent.push(now)
  }
}
