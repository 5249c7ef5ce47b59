import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

export interface Answered {
  readonly status: number
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly text?: string
}

/** A real HTTP server on a free port. What `answer` throws becomes a 599 that names it. */
export async function loopback(answer: (asked: Asked) => Answered | Promise<Answered>) {
  const asked: Asked[] = []
  let listener: (one: Asked) => void = () => undefined
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const url = new URL(request.url!, 'http://loopback')
      const one = {
        method: request.method!,
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        text: Buffer.concat(chunks).toString(),
      }
      asked.push(one)
      listener(one)
      const { status, json, headers, text } = await Promise.resolve()
        .then(() => answer(one))
        .catch((error: unknown): Answered => ({ status: 499, json: { unexpected: String(error) } }))
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(text ?? (json === undefined ? '' : JSON.stringify(json)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    /** Told of each request as it arrives. */
    onAsked: (next: (one: Asked) => void) => {
      listener = next
    },
    writes: () => asked.filter(({ method }) => method !== 'GET'),
    close,
  }
}
