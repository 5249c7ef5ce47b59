import type { HttpClient } from '../../platform/http.ts'
import type { ModelEndpoint } from '../port.ts'

export interface OpenaiEndpointOptions extends Omit<ModelEndpoint, 'ask'> {
  /** With `/v1` in it, as OpenAI clients take it. */
  readonly baseUrl: string
  readonly key?: string
  /** What the server calls the model, where that is not what callers name. */
  readonly serves?: string
  readonly timeoutMs: number
}

/** Whoever is told to wait or finds the server broken tries again; other refusals are answers. */
const REFUSALS = Array.from({ length: 100 }, (_, index) => 400 + index).filter(
  (status) => status !== 408 && status !== 429,
)

/** A server that speaks OpenAI's API: vLLM, SGLang, llama.cpp, a gateway, OpenAI itself. */
export function openaiEndpoint(
  http: HttpClient,
  { baseUrl, key, serves, timeoutMs, ...endpoint }: OpenaiEndpointOptions,
): ModelEndpoint {
  const root = baseUrl.endsWith('/') ? baseUrl.slice(0, -1) : baseUrl
  return {
    ...endpoint,
    async ask(path, body, abort) {
      const {
        status,
        headers,
        body: answer,
      } = await http.send(`endpoint ${endpoint.id}`, {
        method: 'POST',
        url: root + path.slice('/v1'.length),
        body: serves === undefined ? body : { ...body, model: serves },
        headers: {
          'content-type': 'application/json',
          ...(key && { authorization: `Bearer ${key}` }),
        },
        abort,
        timeoutMs,
        allowStatus: REFUSALS,
      })
      return { status, requestId: headers['x-request-id'] ?? '', body: answer }
    },
  }
}
