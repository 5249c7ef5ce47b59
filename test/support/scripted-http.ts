import { UpstreamUnavailable } from '../../services/domain/errors.ts'
import {
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  statusError,
} from '../../services/platform/http.ts'

/** What the far side answers: a body with status 200 unless said otherwise, or no answer. */
export interface Answer {
  readonly status?: number
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly down?: true
}
export type Script = (request: HttpRequest) => Answer

/** An `HttpClient` that answers from a script and remembers what it was asked. */
export function scriptedHttp(
  script: Script,
): HttpClient & { readonly requests: readonly HttpRequest[] } {
  const requests: HttpRequest[] = []
  return {
    requests,
    async send(upstream, request): Promise<HttpResponse> {
      requests.push(request)
      request.abort?.throwIfAborted()
      const { status = 200, json, headers = {}, down } = script(request)
      if (down) throw new UpstreamUnavailable('no answer (ECONNREFUSED)', { upstream })
      if ((status < 200 || status > 299) && !request.allowStatus?.includes(status)) {
        throw statusError(upstream, status, headers['retry-after'] ?? '7')
      }
      return { status, headers, body: json }
    },
  }
}
