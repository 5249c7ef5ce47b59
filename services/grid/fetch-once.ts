import { setTimeout as pause } from 'node:timers/promises'
import type { CarbonSeries } from '../domain/carbon-series.ts'
import { AppError, UpstreamUnavailable } from '../domain/errors.ts'
import type { Claim, ClaimTerms, SeriesStore, StoredSeries } from './port.ts'

export interface Fetched extends StoredSeries {
  /** Why what is held had to do, although it is older than asked for. */
  readonly stale?: string
}

export interface FetchOnceOptions {
  readonly store: SeriesStore
  /** How long the right to fetch is held before another process may try. */
  readonly leaseMs?: number
  /** While another process fetches and nothing is held: look this often, for so long. */
  readonly lookAgainMs?: number
  readonly patienceMs?: number
}

/** Longer than a provider may take, its retries included; a dead holder delays nobody else. */
const DEFAULT_LEASE_MS = 75_000
const DEFAULT_LOOK_AGAIN_MS = 200
const DEFAULT_PATIENCE_MS = 5_000
const SHARED = { upstream: 'shared answers' }

/**
 * One call per key for the whole cluster: callers of this process share one flight, processes share
 * a lease in the store, and whoever does not get it uses what is held, or waits for the holder's
 * answer where nothing is. A failure falls back to what is held, with the reason.
 *
 * @throws what `fetch` throws, or UpstreamUnavailable when patience ends, where nothing is held
 */
export function fetchOnce(options: FetchOnceOptions) {
  const { store, leaseMs = DEFAULT_LEASE_MS } = options
  const { lookAgainMs = DEFAULT_LOOK_AGAIN_MS, patienceMs = DEFAULT_PATIENCE_MS } = options
  const flights = new Map<string, Promise<Fetched>>()
  /** What this process has seen, so that a warm read is no query. */
  const seen = new Map<string, StoredSeries>()

  async function fly(
    key: string,
    nowMs: number,
    freshForMs: number,
    fetch: (held: StoredSeries | undefined) => Promise<CarbonSeries>,
  ): Promise<Fetched> {
    const isFresh = ({ fetchedAtMs }: StoredSeries) => nowMs - fetchedAtMs < freshForMs
    const warm = seen.get(key)
    if (warm && isFresh(warm)) return warm
    const { held, mine } = await claim(key, { nowMs, freshForMs, leaseMs })
    if (mine) return askNow(key, nowMs, held, fetch)
    if (!held) throw new UpstreamUnavailable('still being asked by another process', SHARED)
    seen.set(key, held)
    return isFresh(held) ? held : { ...held, stale: 'being asked by another process' }
  }

  /** Until something is held, or the right to fetch is ours, or patience ends. */
  async function claim(key: string, terms: ClaimTerms): Promise<Claim> {
    let answer = await store.claim(key, terms)
    let waitedMs = 0
    while (!answer.held && !answer.mine && waitedMs < patienceMs) {
      await pause(lookAgainMs)
      waitedMs += lookAgainMs
      answer = await store.claim(key, { ...terms, nowMs: terms.nowMs + waitedMs })
    }
    return answer
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
