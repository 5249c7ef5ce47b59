import type { FastifyReply } from 'fastify'
import type { EventClient } from './event-hub.ts'

/** More than this unread, and the client is not keeping up. */
const MOST_UNREAD_BYTES = 64 * 1024

/** Turns a reply into an open event stream. From here on it is ours, not Fastify's. */
export function streamClient(reply: FastifyReply): EventClient {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no', // nginx would hold events back
  })
  raw.write('retry: 2000\n\n')
  raw.on('error', () => raw.destroy()) // a reader that went away is no news
  return {
    write(text) {
      raw.write(text)
      return raw.writableLength <= MOST_UNREAD_BYTES
    },
    close: () => raw.end(),
  }
}
