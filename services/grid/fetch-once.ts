import { setTimeout as pause } from 'node:timers/promises'
import type { CarbonSeries } from '../domain/carbon-series.ts'
import { AppError, UpstreamUnavailable } from '../domain/errors.ts'
import { msFromSeconds } from '../domain/units.ts'
import type { Claim, SeriesStore, StoredSeries } from './port.ts'

export interface Fetched extends StoredSeries {
  /** Why what is held has to do, although it is older than asked for. */
  readonly stale?: string
}

/** What is wanted, and how to get it where nobody has it. */
export interface Wanted {
  readonly key: string
  readonly nowMs: number
  readonly fetch: (held: StoredSeries | undefined) => Promise<CarbonSeries>
  /** Until when an answer fetched now will do, whatever process asks. */
  readonly freshUntilMs: (series: CarbonSeries) => number
}

export interface FetchOnceOptions {
  readonly store: SeriesStore
  /** How long the right to fetch is held before another process may try. */
  readonly leaseMs?: number
  /** How long nobody asks again after a failure that names no time of its own. */
  readonly holdOffMs?: number
  /** While another process fetches and nothing is held: look this often, for so long. */
  readonly lookAgainMs?: number
  readonly patienceMs?: number
}

const DEFAULTS = {
  /** Longer than a provider may take, its retries included; a dead holder delays nobody else. */
  leaseMs: 75_000,
  holdOffMs: 15_000,
  lookAgainMs: 200,
  patienceMs: 5_000,
}
const ASKED_ELSEWHERE = 'still being asked by another process'
const SHARED = { upstream: 'shared answers' }

/**
 * One call per key for the whole cluster: callers of this process share one flight, processes share
 * a lease in the store. Who does not get it uses what is held, or waits for the holder's answer
 * where nothing is. A failure holds the whole cluster off for a while, as long as a `Retry-After`
 * says; until then what is held has to do, with the reason.
 *
 * @throws what `fetch` throws, or UpstreamUnavailable when patience ends or asking has just failed,
 *   where nothing is held
 */
export function fetchOnce(options: FetchOnceOptions) {
  const { store, leaseMs, holdOffMs, lookAgainMs, patienceMs } = { ...DEFAULTS, ...options }
  const flights = new Map<string, Promise<Fetched>>()
  /** What this process has seen, so that a warm read is no query. */
  const seen = new Map<string, StoredSeries>()

  async function fly(wanted: Wanted): Promise<Fetched> {
    const { key, nowMs } = wanted
    const warm = seen.get(key)
    if (warm && nowMs < warm.freshUntilMs) return warm
    const { held, mine, failure } = await claim(key, nowMs)
    if (held) seen.set(key, held)
    if (mine) return askNow(wanted, held)
    if (!held) throw new UpstreamUnavailable(failure ?? ASKED_ELSEWHERE, SHARED)
    return withReason(held, failure ?? lateness(held, nowMs))
  }

  /** Only just too old, and the next on its way, is as good as what was there a moment ago. */
  const lateness = ({ freshUntilMs }: StoredSeries, nowMs: number): string | undefined =>
    nowMs - freshUntilMs >= leaseMs ? ASKED_ELSEWHERE : undefined

  /** Until something is held, or the right to fetch is ours, or it failed, or patience ends. */
  async function claim(key: string, nowMs: number): Promise<Claim> {
    const terms = { leaseMs, known: seen.get(key) }
    let answer = await store.claim(key, { nowMs, ...terms })
    let waitedMs = 0
    while (isPending(answer) && waitedMs < patienceMs) {
      await pause(lookAgainMs)
      waitedMs += lookAgainMs
      answer = await store.claim(key, { nowMs: nowMs + waitedMs, ...terms })
    }
    return answer
  }

  async function askNow(wanted: Wanted, held: StoredSeries | undefined): Promise<Fetched> {
    const { key, nowMs } = wanted
    try {
      const series = await wanted.fetch(held)
      const fetched = { series, fetchedAtMs: nowMs, freshUntilMs: wanted.freshUntilMs(series) }
      await store.write(key, fetched)
      seen.set(key, fetched)
      return fetched
    } catch (error) {
      const reason = error instanceof AppError ? error.message : 'asking failed'
      await store.release(key, reason, nowMs + holdOffFor(error, holdOffMs))
      if (!held || !(error instanceof AppError)) throw error
      return { ...held, stale: reason }
    }
  }

  return (wanted: Wanted): Promise<Fetched> => {
    const { key } = wanted
    const flying = flights.get(key)
    if (flying !== undefined) return flying
    const flight = fly(wanted).finally(() => flights.delete(key))
    flights.set(key, flight)
    return flight
  }
}

const withReason = (held: StoredSeries, stale: string | undefined): Fetched =>
  stale === undefined ? held : { ...held, stale }

const isPending = ({ held, mine, failure }: Claim): boolean =>
  !held && !mine && failure === undefined

/** What is not the provider's failure, a call that was called off, holds nobody off. */
function holdOffFor(error: unknown, leastMs: number): number {
  if (!(error instanceof AppError)) return 0
  const asked = error instanceof UpstreamUnavailable ? (error.retryAfterSeconds ?? 0) : 0
  return Math.max(leastMs, msFromSeconds(asked))
}
