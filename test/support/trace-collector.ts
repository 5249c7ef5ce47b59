import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { closed, listen } from './grid-server.ts'

interface Span {
  readonly name: string
  readonly traceId: string
}

/** A collector of OTLP over HTTP that keeps what it is told. */
export async function traceCollector() {
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    bodies.push(await text(request))
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${port}`,
    said: () => bodies.join('\n'),
    spans: (): readonly Span[] =>
      bodies.flatMap((body) =>
        JSON.parse(body).resourceSpans.flatMap(
          ({ scopeSpans }: { scopeSpans: { spans: Span[] }[] }) =>
            scopeSpans.flatMap(({ spans }) => spans),
        ),
      ),
    close: () => closed(server),
  }
}
