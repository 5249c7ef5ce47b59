import { UpstreamRefused } from '../../domain/errors.ts'
import type { HttpRequest, HttpResponse } from '../../platform/http.ts'
import type { Endpoint } from '../port.ts'

const MINUTE_MS = 60_000
/** A receiver that has agreed is asked again after this, one that has not after the other. */
const AGREED_MS = 60 * MINUTE_MS
const REFUSED_MS = 10_000

/** `endpoint` must have a `consent`. */
type AskOne = (endpoint: Endpoint, request: HttpRequest) => Promise<HttpResponse>

interface Answer {
  /** Events a minute that were agreed to; rejects where none are. */
  readonly perMinute: Promise<number>
  untilMs: number
}

/**
 * Asks receivers for their consent before they are told anything, and keeps to the rate they agree
 * to, in this process: CloudEvents' HTTP 1.1 Web Hooks for Event Delivery 1.0, section 4, as a
 * request that goes before a delivery. Consent that a receiver would give later by a call of its own
 * is not waited for.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md
 */
export function receiversConsent(askOne: AskOne) {
  const answers = new Map<string, Answer>()
  const sent = new Map<string, number[]>()

  function agreed(endpoint: Endpoint, nowMs: number): Promise<number> {
    const known = answers.get(endpoint.id)
    if (known && nowMs < known.untilMs) return known.perMinute
    const startMs = performance.now()
    const asked: Answer = {
      perMinute: ask(askOne, endpoint),
      untilMs: Number.POSITIVE_INFINITY, // nobody else asks meanwhile
    }
    answers.set(endpoint.id, asked)
    // From the answer on: one that was long in coming would be stale at once.
    const holds = (forMs: number) => () => {
      asked.untilMs = nowMs + (performance.now() - startMs) + forMs
    }
    asked.perMinute.then(holds(AGREED_MS), holds(REFUSED_MS))
    return asked.perMinute
  }

  return {
    /**
     * Counts one event that is about to be sent.
     *
     * @throws UpstreamRefused, UpstreamUnavailable where the receiver does not agree, or cannot say
     */
    async taken(endpoint: Endpoint, nowMs: number): Promise<void> {
      const perMinute = await agreed(endpoint, nowMs)
      if (perMinute === Number.POSITIVE_INFINITY) return
      sent.set(endpoint.id, [...lastMinute(sent.get(endpoint.id), nowMs), nowMs])
    },

    /** How many more events the receiver may be sent now; one, to hear why, where it refuses. */
    async room(endpoint: Endpoint, nowMs: number): Promise<number> {
      const perMinute = await agreed(endpoint, nowMs).catch(() => undefined)
      if (perMinute === undefined) return 1
      return Math.max(0, perMinute - lastMinute(sent.get(endpoint.id), nowMs).length)
    },
  }
}

const lastMinute = (sentAtMs: readonly number[] = [], nowMs: number): readonly number[] =>
  sentAtMs.filter((atMs) => Math.abs(nowMs - atMs) < MINUTE_MS)

async function ask(askOne: AskOne, endpoint: Endpoint): Promise<number> {
  const { origin, ratePerMinute } = endpoint.consent!
  const { headers } = await askOne(endpoint, {
    method: 'OPTIONS',
    url: endpoint.url,
    headers: {
      'user-agent': 'gridtide',
      'webhook-request-origin': origin,
      ...(ratePerMinute !== undefined && { 'webhook-request-rate': String(ratePerMinute) }),
    },
  })
  // A status says nothing: many answer 200 to any OPTIONS.
  const allowed = headers['webhook-allowed-origin']?.trim()
  if (allowed !== '*' && allowed?.toLowerCase() !== origin.toLowerCase()) {
    const said = allowed === undefined ? 'did not say' : `said ${JSON.stringify(allowed)}`
    throw new UpstreamRefused(
      `it was asked whether ${origin} may send it events (WebHook-Request-Origin), and ${said} in WebHook-Allowed-Origin`,
      { upstream: endpoint.id },
    )
  }
  return rateOf(endpoint, headers['webhook-allowed-rate']?.trim())
}

/** What it did not limit is limited by what we asked for. */
function rateOf({ id, consent }: Endpoint, allowed: string | undefined): number {
  const asked = consent!.ratePerMinute ?? Number.POSITIVE_INFINITY
  if (allowed === undefined || allowed === '*') return asked
  if (!/^[1-9]\d{0,8}$/.test(allowed)) {
    throw new UpstreamRefused(
      `its WebHook-Allowed-Rate is ${JSON.stringify(allowed)}, which is no number of events a minute`,
      { upstream: id },
    )
  }
  return Math.min(asked, Number(allowed))
}
