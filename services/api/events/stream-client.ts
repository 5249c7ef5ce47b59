import { once } from 'node:events'
import type { OutgoingHttpHeaders } from 'node:http'
import type { FastifyReply } from 'fastify'

/** An open stream that lines of text can be written to. */
export interface EventClient {
  /** From when on nothing can be told any more. */
  readonly gone: AbortSignal
  /** @returns false where it is gone, or so much is unread that the next text waits for `keepsUp` */
  write(text: string): boolean
  /** Waits until it has read what it was told. @returns false where it is gone, or cut: too slow */
  keepsUp(): Promise<boolean>
  /** Ends it; what is unread is thrown away after a moment. */
  close(): void
}

const MOST_UNREAD_BYTES = 64 * 1024
/** A client that reads so much more slowly than this is not worth its memory. */
const PATIENCE_MS = 3_000
const FAREWELL_MS = 1_000

/**
 * Turns a reply into an open event stream. From here on it is ours, not Fastify's.
 *
 * @param onCut told where the client did not keep up
 */
export function streamClient(reply: FastifyReply, onCut: () => void): EventClient {
  reply.hijack()
  const { raw } = reply
  const gone = new AbortController()
  raw.on('error', () => raw.destroy()) // a reader that went away is no news
  raw.once('close', () => gone.abort())
  if (raw.closed) gone.abort()
  reply.headers({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no', // nginx would hold events back
  })
  raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders)
  raw.write('retry: 2000\n\n')

  function close(): void {
    gone.abort()
    raw.end()
    setTimeout(() => raw.destroy(), FAREWELL_MS).unref()
  }
  return {
    gone: gone.signal,
    write(text) {
      if (gone.signal.aborted) return false
      raw.write(text)
      return raw.writableLength <= MOST_UNREAD_BYTES
    },
    async keepsUp() {
      if (gone.signal.aborted) return false
      if (raw.writableLength <= MOST_UNREAD_BYTES) return true
      const patience = { signal: AbortSignal.timeout(PATIENCE_MS) }
      if (await once(raw, 'drain', patience).catch(() => undefined)) return true
      if (gone.signal.aborted) return false
      onCut()
      close()
      return false
    },
    close,
  }
}
