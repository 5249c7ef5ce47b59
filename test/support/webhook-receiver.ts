import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Received {
  readonly id: string
  readonly method: string
  /** Path of the address that was called. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
/** A status, headers to go with it, or no answer at all. */
export type Reply =
  | number
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'hang'
  | 'reset'

/**
 * A subscriber on loopback that remembers what it was told, and answers as it is asked to.
 *
 * @param remember false where it is told so much that it should not be kept
 */
export async function webhookReceiver(
  reply: (request: Received, nth: number) => Reply = () => 204,
  { remember = true } = {},
) {
  const received: Received[] = []
  let nth = 0
  const server = createServer(async (request: IncomingMessage, response) => {
    const got = await receivedOf(request)
    const answer = reply(got, nth++)
    if (remember) received.push(got)
    if (answer === 'hang') return
    if (answer === 'reset') return request.socket.resetAndDestroy()
    const { status, ...rest } = typeof answer === 'number' ? { status: answer } : answer
    response.writeHead(status, 'headers' in rest ? rest.headers : {})
    response.end('body' in rest ? rest.body : '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    received: received as readonly Received[],
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function receivedOf(request: IncomingMessage): Promise<Received> {
  const body = await text(request)
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  )
  const { url: path = '', method = '' } = request
  return { id: headers['webhook-id'] ?? '', method, path, headers, body }
}
