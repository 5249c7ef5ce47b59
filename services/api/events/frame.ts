import type { ApiEvent } from '../ports.ts'

/** Events that follow each other, in one text. */
export interface Slice {
  readonly text: string
  /** Of the newest one. */
  readonly lastId: number
}

/** What one client is told in one go: it may not be much more than may stay unread. */
const SLICE_LENGTH = 32 * 1024

/** One event as `text/event-stream` wants it: JSON has no line breaks of its own. */
export const frame = ({ id, type, atMs, data }: ApiEvent): string =>
  `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ id, type, atMs, data })}\n\n`

/** Puts events together as far as that saves writes; formats no more than are asked for. */
export function* slicesOf(events: readonly ApiEvent[]): Generator<Slice> {
  let text = ''
  for (const [index, event] of events.entries()) {
    text += frame(event)
    if (text.length < SLICE_LENGTH && index < events.length - 1) continue
    yield { text, lastId: event.id }
    text = ''
  }
}
