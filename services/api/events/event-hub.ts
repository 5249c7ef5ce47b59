import type { ApiEvent, EventReader } from '../ports.ts'

type LiveReader = Pick<EventReader, 'latest' | 'since' | 'onNew'>

/** Something that lines of text can be written to. */
export interface EventClient {
  /** @returns false where the client does not keep up and has to be cut */
  write(text: string): boolean
  close(): void
}

export interface EventHubOptions {
  readonly onCut: () => void
  readonly onError: (error: unknown) => void
}

const POLL_MS = 250
const KEEP_ALIVE_MS = 15_000
const BATCH = 500

/** How far a client has been told; `live` once it has caught up with what the hub broadcasts. */
interface Progress {
  lastId: number
  live: boolean
}

/**
 * Feeds every event to every open stream of one tenant: read once, formatted once, written to all.
 * It reads only while somebody listens. A client that does not keep up is cut; it comes back with
 * its `Last-Event-ID` and misses nothing.
 */
export class EventHub {
  readonly #reader: LiveReader
  readonly #options: EventHubOptions
  readonly #clients = new Map<EventClient, Progress>()
  #newest = 0
  #stopReading: (() => void) | undefined
  #reading: Promise<void> | undefined

  constructor(reader: LiveReader, options: EventHubOptions) {
    this.#reader = reader
    this.#options = options
  }

  get size(): number {
    return this.#clients.size
  }

  /** Tells all after `afterId` (from now on where undefined) in order, then whatever is new. */
  async follow(client: EventClient, afterId: number | undefined): Promise<void> {
    const latest = await this.#reader.latest()
    this.#newest = Math.max(this.#newest, latest)
    // A number from the future is of a log that is no more: go on from here.
    const progress = { lastId: Math.min(afterId ?? latest, latest), live: false }
    this.#clients.set(client, progress)
    this.#stopReading ??= this.#startReading()
    await this.#catchUp(client, progress)
  }

  leave(client: EventClient): void {
    this.#clients.delete(client)
    if (this.#clients.size > 0) return
    this.#stopReading?.()
    this.#stopReading = undefined
  }

  close(): void {
    for (const client of [...this.#clients.keys()]) {
      this.leave(client)
      client.close()
    }
  }

  #startReading(): () => void {
    const pull = () => this.#pull()
    const beat = () => {
      for (const client of this.#clients.keys()) this.#send(client, ': still here\n\n')
    }
    const timers = [setInterval(pull, POLL_MS), setInterval(beat, KEEP_ALIVE_MS)]
    for (const timer of timers) timer.unref()
    const stopWaking = this.#reader.onNew?.(pull)
    return () => {
      for (const timer of timers) clearInterval(timer)
      stopWaking?.()
    }
  }

  /** One read at a time. */
  #pull(): void {
    this.#reading ??= this.#readNew()
      .catch(this.#options.onError)
      .finally(() => {
        this.#reading = undefined
      })
  }

  async #readNew(): Promise<void> {
    let events: readonly ApiEvent[]
    do {
      events = await this.#reader.since(this.#newest, BATCH)
      for (const event of events) this.#broadcast(event)
    } while (events.length === BATCH)
  }

  #broadcast(event: ApiEvent): void {
    this.#newest = event.id
    const text = frame(event)
    for (const [client, progress] of this.#clients) {
      if (progress.live) this.#tell(client, progress, event, text)
    }
  }

  /** Live only once nothing that was broadcast lies between the client and the hub. */
  async #catchUp(client: EventClient, progress: Progress): Promise<void> {
    while (this.#clients.has(client) && !progress.live) {
      const broadcast = this.#newest
      const events = await this.#reader.since(progress.lastId, BATCH)
      for (const event of events) this.#tell(client, progress, event, frame(event))
      if (events.length === 0) progress.lastId = Math.max(progress.lastId, broadcast)
      progress.live = progress.lastId >= this.#newest
    }
  }

  #tell(client: EventClient, progress: Progress, event: ApiEvent, text: string): void {
    if (event.id <= progress.lastId || !this.#clients.has(client)) return
    progress.lastId = event.id
    this.#send(client, text)
  }

  #send(client: EventClient, text: string): void {
    if (client.write(text)) return
    this.#options.onCut()
    this.leave(client)
    client.close()
  }
}

/** One event as `text/event-stream` wants it: JSON has no line breaks of its own. */
export const frame = ({ id, type, atMs, data }: ApiEvent): string =>
  `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ id, type, atMs, data })}\n\n`
