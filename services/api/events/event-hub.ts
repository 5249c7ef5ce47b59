import { setImmediate as turn } from 'node:timers/promises'
import type { ApiEvent, EventReader } from '../ports.ts'
import { frame, type Slice, slicesOf } from './frame.ts'
import type { EventClient } from './stream-client.ts'

export interface EventHubOptions {
  readonly nowMs: () => number
  readonly onError: (error: unknown) => void
  /** How often to look for something new. */
  readonly everyMs?: number
}

const DEFAULT_EVERY_MS = 100
const KEEP_ALIVE_MS = 15_000
const BATCH = 200

/** How far a client has been told; `live` while that is as far as the hub is. */
interface Progress {
  lastId: number
  live: boolean
}

/**
 * Feeds every event to every open stream of one tenant: read once, formatted once, written to all.
 * It reads only while somebody listens. A client that does not keep up with the others goes on at
 * its own pace from the log, and is cut where it has none; it comes back with its `Last-Event-ID`
 * and misses nothing.
 */
export class EventHub {
  readonly #reader: Omit<EventReader, 'history'>
  readonly #options: EventHubOptions
  readonly #clients = new Map<EventClient, Progress>()
  #newest = 0
  #stopReading: (() => void) | undefined
  #reading: Promise<void> | undefined

  constructor(reader: Omit<EventReader, 'history'>, options: EventHubOptions) {
    this.#reader = reader
    this.#options = options
  }

  /** Tells all after `afterId` (from now on where undefined) in order, then whatever is new. */
  follow(client: EventClient, afterId: number | undefined): Promise<void> {
    return this.#orEnd(client, this.#begin(client, afterId))
  }

  async #begin(client: EventClient, afterId: number | undefined): Promise<void> {
    const kept = !afterId || (await this.#reader.has(afterId))
    if (!this.#stopReading) {
      const latest = await this.#reader.latest()
      // Whoever came first has been told no more than this.
      if (!this.#stopReading) this.#newest = Math.max(this.#newest, latest)
    }
    if (client.gone.aborted) return
    // A number from the future is of a log that is no more: go on from here.
    const lastId = kept ? (afterId ?? this.#newest) : Math.min(afterId, this.#newest)
    const gap = { id: lastId, type: 'gap', atMs: this.#options.nowMs(), data: { afterId } }
    client.write(kept ? `id: ${lastId}\n\n` : frame(gap))
    const progress = { lastId, live: false }
    this.#clients.set(client, progress)
    client.gone.addEventListener('abort', () => this.#leave(client))
    this.#stopReading ??= this.#startReading()
    await this.#catchUp(client, progress)
  }

  #orEnd(client: EventClient, telling: Promise<void>): Promise<void> {
    return telling.catch((error: unknown) => {
      this.#options.onError(error)
      client.close()
    })
  }

  #leave(client: EventClient): void {
    this.#clients.delete(client)
    if (this.#clients.size > 0) return
    this.#stopReading?.()
    this.#stopReading = undefined
  }

  #startReading(): () => void {
    const { everyMs = DEFAULT_EVERY_MS, onError } = this.#options
    const pull = () => {
      if (!this.#reading) this.#pull().catch(onError)
    }
    const beat = () => {
      for (const [client, { live }] of this.#clients) if (live) client.write(': still here\n\n')
    }
    const timers = [setInterval(pull, everyMs), setInterval(beat, KEEP_ALIVE_MS)]
    for (const timer of timers) timer.unref()
    return () => {
      for (const timer of timers) clearInterval(timer)
    }
  }

  /** One read at a time. */
  #pull(): Promise<void> {
    this.#reading ??= this.#readNew().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #readNew(): Promise<void> {
    const session = this.#stopReading
    let events: readonly ApiEvent[]
    do {
      events = await this.#reader.since(this.#newest, BATCH)
      for (const slice of slicesOf(events)) {
        if (this.#stopReading !== session) return // all have left, and others begin elsewhere
        this.#broadcast(slice)
        await turn() // sockets take what was written
      }
    } while (events.length === BATCH)
  }

  #broadcast({ text, lastId }: Slice): void {
    this.#newest = lastId
    for (const [client, progress] of this.#clients) {
      if (!progress.live) continue
      progress.lastId = lastId
      progress.live = client.write(text)
      if (!progress.live) void this.#orEnd(client, this.#catchUp(client, progress))
    }
  }

  /** At the client's pace; live once nothing that was broadcast lies between it and the hub. */
  async #catchUp(client: EventClient, progress: Progress): Promise<void> {
    while (!progress.live && (await client.keepsUp())) {
      if (progress.lastId > this.#newest) await this.#pull()
      else if (progress.lastId < this.#newest) await this.#tellPast(client, progress)
      else progress.live = true
    }
  }

  async #tellPast(client: EventClient, progress: Progress): Promise<void> {
    const broadcast = this.#newest
    const events = await this.#reader.since(progress.lastId, BATCH)
    if (events.length === 0) progress.lastId = broadcast
    for (const { text, lastId } of slicesOf(events)) {
      progress.lastId = lastId
      if (!client.write(text)) return
    }
  }
}
