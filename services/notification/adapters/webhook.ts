import { AppError, UpstreamRefused, UpstreamUnavailable } from '../../domain/errors.ts'
import { guardedAgents } from '../../platform/address-guard.ts'
import { axiosHttp, type HttpClient } from '../../platform/http.ts'
import { within } from '../../platform/within.ts'
import { messageOf } from '../message.ts'
import type { Attempt, Endpoint, Notifier } from '../port.ts'
import { receiversConsent } from './consent.ts'

const TIMEOUT_MS = 15_000
const GONE = 410
/** Nothing in an answer is for us, so a long one is a mistake or an attack. */
const MAX_RESPONSE_BYTES = 64 * 1024

export interface WebhookOptions {
  /** For the whole attempt, the question for consent included; shorter than the outbox' lease. */
  readonly timeoutMs?: number
}

/**
 * Standard Webhooks by HTTP POST. Connects to public addresses only, besides those an endpoint
 * allows; follows no redirect and no proxy of the environment.
 *
 * @see https://www.standardwebhooks.com
 */
export function webhookNotifier(options: WebhookOptions = {}): Notifier {
  const { timeoutMs = TIMEOUT_MS } = options
  const clients = new Map<string, HttpClient>()

  function clientFor({ allow }: Endpoint): HttpClient {
    const key = allow.join(' ')
    const known = clients.get(key)
    if (known) return known
    const { http, https } = guardedAgents(allow)
    const client = axiosHttp({
      timeoutMs,
      maxResponseBytes: MAX_RESPONSE_BYTES,
      httpAgent: http,
      httpsAgent: https,
    })
    clients.set(key, client)
    return client
  }

  const consent = receiversConsent((endpoint, request) =>
    clientFor(endpoint).send(`${endpoint.id}, asked for consent`, request),
  )

  return {
    async send(endpoint, event, nowMs) {
      try {
        const { username, password } = new URL(endpoint.url)
        if (username || password) return failed('the address holds a user name or a password')
        const message = messageOf(endpoint, event, nowMs)
        const startMs = performance.now()
        if (endpoint.consent) {
          await within(timeoutMs, endpoint.id, consent.taken(endpoint, nowMs))
        }
        const answer = await clientFor(endpoint).send(endpoint.id, {
          method: 'POST',
          url: endpoint.url,
          ...message,
          timeoutMs: Math.max(1, Math.round(timeoutMs - (performance.now() - startMs))),
        })
        return { status: 'delivered', httpStatus: answer.status }
      } catch (error) {
        return attemptOf(error)
      }
    },

    room: async (endpoint, nowMs) =>
      endpoint.consent ? consent.room(endpoint, nowMs) : Number.POSITIVE_INFINITY,
  }
}

const failed = (error: string): Attempt => ({ status: 'failed', error })

function attemptOf(error: unknown): Attempt {
  const words = error instanceof Error ? error.message : String(error)
  if (!(error instanceof UpstreamRefused || error instanceof UpstreamUnavailable)) {
    return failed(error instanceof AppError ? words : `no answer (${words})`)
  }
  const { httpStatus, retryAfterSeconds } = error
  return {
    status: httpStatus === GONE ? 'gone' : 'failed',
    error: words,
    ...(httpStatus !== undefined && { httpStatus }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  }
}
