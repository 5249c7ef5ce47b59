import type { CarbonSeries } from '../domain/carbon-series.ts'
import { AppError } from '../domain/errors.ts'
import type { SeriesStore, StoredSeries } from './port.ts'

export interface Fetched extends StoredSeries {
  /** Why what is held had to do, although it is older than asked for. */
  readonly stale?: string
}

export interface FetchOnceOptions {
  readonly store: SeriesStore
  /** How long the right to fetch is held before another process may try. */
  readonly leaseMs?: number
}

const DEFAULT_LEASE_MS = 30_000
/** While another process fetches, look this often, so often. */
const LOOK_AGAIN_MS = 200
const LOOKS = 25

/**
 * One call per key for the whole cluster: callers of this process share one flight, processes share
 * a lease in the store, and whoever does not get it waits for the holder's answer, or uses what is
 * held. A failure falls back to what is held, with the reason.
 *
 * @throws what `fetch` throws, where nothing is held
 */
export function fetchOnce({ store, leaseMs = DEFAULT_LEASE_MS }: FetchOnceOptions) {
  const flights = new Map<string, Promise<Fetched>>()
  /** What this process has seen, so that a warm read is no query. */
  const seen = new Map<string, StoredSeries>()

  async function fly(
    key: string,
    nowMs: number,
    freshForMs: number,
    fetch: (held: StoredSeries | undefined) => Promise<CarbonSeries>,
  ): Promise<Fetched> {
    const isFresh = (found: StoredSeries | undefined) =>
      found !== undefined && nowMs - found.fetchedAtMs < freshForMs
    const warm = seen.get(key)
    if (warm && isFresh(warm)) return warm
    const held = await store.read(key)
    if (held) seen.set(key, held)
    if (held && isFresh(held)) return held
    const mine = await store.lease(key, nowMs, leaseMs)
    return (mine ? undefined : await awaitHolder(key, held)) ?? askNow(key, nowMs, held, fetch)
  }

  async function askNow(
    key: string,
    nowMs: number,
    held: StoredSeries | undefined,
    fetch: (held: StoredSeries | undefined) => Promise<CarbonSeries>,
  ): Promise<Fetched> {
    try {
      const fetched = { series: await fetch(held), fetchedAtMs: nowMs }
      await store.write(key, fetched)
      seen.set(key, fetched)
      return fetched
    } catch (error) {
      await store.release(key)
      if (!held || !(error instanceof AppError)) throw error
      return { ...held, stale: error.message }
    }
  }

  /** Another process is asking: take its answer, else what is held, else ask after all. */
  async function awaitHolder(key: string, held: StoredSeries | undefined) {
    if (held) return { ...held, stale: 'being fetched by another process' }
    for (let look = 0; look < LOOKS; look++) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
      const found = await store.read(key)
      if (found) return found
    }
    return undefined
  }

  return (
    key: string,
    nowMs: number,
    freshForMs: number,
    fetch: (held: StoredSeries | undefined) => Promise<CarbonSeries>,
  ): Promise<Fetched> => {
    const flying = flights.get(key)
    if (flying !== undefined) return flying
    const flight = fly(key, nowMs, freshForMs, fetch).finally(() => flights.delete(key))
    flights.set(key, flight)
    return flight
  }
}
