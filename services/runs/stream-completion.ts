import { UpstreamMalformed, UpstreamRefused, UpstreamUnavailable } from '../domain/errors.ts'
import { unreachable } from './unreachable.ts'

export interface StreamRequest {
  /** Base of an OpenAI-compatible API, e.g. `http://host:8000/v1`. */
  readonly endpoint: string
  readonly model: string
  readonly prompt: string
  readonly outputTokens: number
  readonly apiKey?: string
  readonly abort?: AbortSignal
}

const UPSTREAM = 'inference endpoint'

/**
 * Streams one completion of exactly `outputTokens` tokens and reports each piece as it arrives.
 *
 * @throws UpstreamUnavailable | UpstreamRefused | UpstreamMalformed
 */
export async function streamCompletion(
  fetcher: typeof fetch,
  request: StreamRequest,
  onToken: () => void,
): Promise<void> {
  const { endpoint, model, prompt, outputTokens, apiKey, abort } = request
  const url = `${endpoint.replace(/\/$/, '')}/completions`
  const response = await fetcher(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(apiKey && { authorization: `Bearer ${apiKey}` }),
    },
    // vLLM, SGLang and Dynamo honour ignore_eos, so that answers have the asked length.
    body: JSON.stringify({
      model,
      prompt,
      max_tokens: outputTokens,
      stream: true,
      ignore_eos: true,
    }),
    ...(abort && { signal: abort }),
  }).catch((error) => {
    throw unreachable(UPSTREAM, url, error)
  })
  const details = { upstream: UPSTREAM, httpStatus: response.status }
  if (response.status >= 500) throw new UpstreamUnavailable(`answered ${response.status}`, details)
  if (!response.ok) throw new UpstreamRefused(`answered ${response.status}`, details)
  if (!response.body) throw new UpstreamMalformed('no stream', details)
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n')
    rest = lines.pop()!
    for (const line of lines) if (isToken(line)) onToken()
  }
}

const isToken = (line: string): boolean => line.startsWith('data:') && !line.includes('[DONE]')
