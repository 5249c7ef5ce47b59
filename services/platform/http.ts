import type { Agent as HttpAgent } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import axios, { type AxiosResponse } from 'axios'
import type { Static, TSchema } from 'typebox'
import type { Validator } from 'typebox/compile'
import { UpstreamMalformed, UpstreamRefused, UpstreamUnavailable } from '../domain/errors.ts'
import { secondsFromMs } from '../domain/units.ts'
import { inSpan, traceHeaders } from './tracing.ts'

export interface HttpRequest {
  readonly method?: 'GET' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly query?: Readonly<Record<string, string | number | boolean>>
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON; a string is sent as it is, with the content type of `headers`. */
  readonly body?: unknown
  readonly abort?: AbortSignal | undefined
  /** For all of it, the last byte of the answer included. */
  readonly timeoutMs?: number
  /** Statuses outside 2xx that the caller handles itself, e.g. 304 or 409. */
  readonly allowStatus?: readonly number[]
}

export interface HttpResponse {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** Parsed where it is JSON, text otherwise. */
  readonly body: unknown
}

/** The one way out by HTTP. Redirects and environment proxies are never followed. */
export interface HttpClient {
  /**
   * @param upstream who is asked, for error messages
   * @throws UpstreamUnavailable on timeouts, refused connections, 408, 429 and 5xx
   * @throws UpstreamRefused on any other status outside 2xx that `allowStatus` does not name
   */
  send(upstream: string, request: HttpRequest): Promise<HttpResponse>
}

export interface HttpOptions {
  readonly timeoutMs?: number
  readonly maxResponseBytes?: number
  readonly httpAgent?: HttpAgent
  readonly httpsAgent?: HttpsAgent
}

const DEFAULT_TIMEOUT_MS = 15_000
const DEFAULT_MAX_RESPONSE_BYTES = 32 * 1024 * 1024

/** An axios client that speaks in our errors. Axios' own carry request headers, so credentials. */
export function axiosHttp(options: HttpOptions = {}): HttpClient {
  const client = axios.create({
    maxContentLength: options.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES,
    maxRedirects: 0,
    proxy: false,
    responseType: 'text',
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
    ...(options.httpAgent && { httpAgent: options.httpAgent }),
    ...(options.httpsAgent && { httpsAgent: options.httpsAgent }),
  })

  return {
    send: (upstream, request) =>
      inSpan(`call ${upstream}`, { 'gridtide.upstream': upstream }, () => send(upstream, request)),
  }

  async function send(upstream: string, request: HttpRequest): Promise<HttpResponse> {
    request.abort?.throwIfAborted()
    // Axios' own `timeout` begins anew with each byte, so that a server may drip for ever.
    const timeout = AbortSignal.timeout(
      request.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    )
    const answer = await client
      .request<string>({
        url: request.url,
        method: request.method ?? 'GET',
        ...(request.query && { params: request.query }),
        headers: { ...traceHeaders(), ...request.headers },
        ...(request.body !== undefined && { data: request.body }),
        signal: request.abort ? AbortSignal.any([request.abort, timeout]) : timeout,
      })
      .catch((error: unknown) => {
        request.abort?.throwIfAborted()
        throw new UpstreamUnavailable(`no answer (${codeOf(error, timeout)})`, { upstream })
      })
    return judge(upstream, request, answer)
  }
}

function codeOf(error: unknown, { aborted }: AbortSignal): string {
  if (aborted) return 'ETIMEDOUT'
  return axios.isAxiosError(error) ? (error.code ?? 'no answer') : String(error)
}

function judge(
  upstream: string,
  request: HttpRequest,
  answer: AxiosResponse<string>,
): HttpResponse {
  const { status } = answer
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  )
  const response = { status, headers, body: parsed(answer.data, headers['content-type']) }
  if ((status >= 200 && status < 300) || request.allowStatus?.includes(status)) return response
  throw statusError(upstream, status, headers['retry-after'])
}

/** Turns a status outside 2xx into the error that says what the caller can do. */
export function statusError(upstream: string, status: number, retryAfter?: string) {
  const details = { upstream, httpStatus: status, retryAfterSeconds: retryAfterSeconds(retryAfter) }
  const transient = status === 408 || status === 429 || status >= 500
  return transient
    ? new UpstreamUnavailable(`answered ${status}`, details)
    : new UpstreamRefused(`answered ${status}`, details)
}

function retryAfterSeconds(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const asSeconds = Number(header)
  if (Number.isFinite(asSeconds)) return Math.max(0, asSeconds)
  const atMs = Date.parse(header)
  return Number.isNaN(atMs) ? undefined : secondsFromMs(Math.max(0, atMs - Date.now()))
}

function parsed(text: string, contentType = ''): unknown {
  if (!/json/i.test(contentType) && !/^\s*[[{]/.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/**
 * Sends a request and checks the body's shape.
 *
 * @throws UpstreamMalformed naming the first wrong field, besides what `send` throws
 */
export async function getShaped<Schema extends TSchema>(
  http: HttpClient,
  upstream: string,
  shape: Validator<Record<never, never>, Schema>,
  request: HttpRequest,
): Promise<Static<Schema>> {
  const { status, body } = await http.send(upstream, request)
  if (shape.Check(body)) return body
  const [first] = shape.Errors(body)
  throw new UpstreamMalformed(
    `unexpected answer at ${first?.instancePath || '/'}: ${first?.message ?? 'not JSON'}`,
    { upstream, httpStatus: status },
  )
}
