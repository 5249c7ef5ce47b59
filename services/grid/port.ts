import type { CarbonBasis, CarbonSeries, CarbonSignal } from '../domain/carbon-series.ts'

/**
 * A source of grid carbon intensity.
 *
 * To add one: write `adapters/<vendor>.ts`, write its answer's shape to
 * `test/fixtures/grid/<vendor>.json`, call `describeGridProvider` on it, name its zones in
 * `config/catalogue/zones.json`, add one line to the wiring. Nothing else changes.
 */
export interface GridProvider {
  readonly name: string
  readonly signal: CarbonSignal
  readonly basis: CarbonBasis

  /**
   * The newest forecast for `zone`, in gCO2e/kWh, as the provider issued it: never resampled,
   * gap-filled or blended here (that is the work of `services/forecast`). May end early.
   *
   * @param zone the zone key of the fleet file; the adapter maps it to the provider's own
   * @throws UpstreamUnavailable | UpstreamRefused | UpstreamMalformed | NotFound (zone or forecast
   *   not covered)
   */
  forecast(zone: string, abort?: AbortSignal): Promise<CarbonSeries>

  /**
   * Measured or estimated values of [fromMs, toMs), where the provider has history. A slot that the
   * provider does not know yet is left out, never invented.
   *
   * @throws as `forecast`
   */
  history?(zone: string, fromMs: number, toMs: number, abort?: AbortSignal): Promise<CarbonSeries>

  /**
   * Forecasts as they were issued in [fromMs, toMs), oldest first, where the provider keeps them:
   * without, a new zone has no record to learn from for a week.
   *
   * @throws as `forecast`
   */
  pastForecasts?(
    zone: string,
    fromMs: number,
    toMs: number,
    abort?: AbortSignal,
  ): Promise<readonly CarbonSeries[]>

  /** How often there is a new forecast, where that is known: no call in between is worth its quota. */
  readonly issuedEveryMs?: number

  /** One sentence on what the credentials may do, for `gridtide doctor`. */
  access?(zone: string, abort?: AbortSignal): Promise<string>
}

/** What is kept under one key: a series, when it was fetched, and for how long it will do. */
export interface StoredSeries {
  readonly series: CarbonSeries
  readonly fetchedAtMs: number
  /** Before it nobody asks again: the provider has nothing newer, or was asked moments ago. */
  readonly freshUntilMs: number
}

export interface ClaimTerms {
  readonly nowMs: number
  /** How long the right to fetch is held before another process may try. */
  readonly leaseMs: number
  /** What the caller has: handed back, and not read again, while nothing newer is held. */
  readonly known?: StoredSeries | undefined
}

export interface Claim {
  readonly held: StoredSeries | undefined
  /** The caller has the right, and the duty, to fetch: `write` or `release` ends it. */
  readonly mine: boolean
  /** Why asking failed; set while that is so recent that nobody may ask again. */
  readonly failure?: string
}

/** Last good answers, shared by every process of the cluster. */
export interface SeriesStore {
  /**
   * Reads `key` and, where what is held is no longer fresh, asks for the right to fetch it, in one
   * step. One caller in the cluster gets it, until `leaseMs` have passed or `write` or `release`
   * was called.
   */
  claim(key: string, terms: ClaimTerms): Promise<Claim>
  write(key: string, stored: StoredSeries): Promise<void>
  /** Gives the right to fetch back for want of an answer; nobody has it before `untilMs`. */
  release(key: string, failure: string, untilMs: number): Promise<void>
}

/** Which forecasts of one provider are wanted from the archive. */
export interface ArchiveQuery {
  readonly source: string
  readonly zone: string
  readonly signal: CarbonSignal
  readonly basis: CarbonBasis
  /** Issues of [fromMs, toMs). */
  readonly fromMs: number
  readonly toMs: number
  /** At most one issue in each such span, the first one: a record for scoring needs no more. */
  readonly everyMs?: number
}

/**
 * Every forecast as it was issued. Append-only: nobody upstream keeps these, and without them a
 * forecast's skill cannot be known.
 */
export interface ForecastArchive {
  /** Storing the same issue twice changes nothing. @returns whether it was new */
  append(series: CarbonSeries): Promise<boolean>
  /** Oldest first. */
  read(query: ArchiveQuery): Promise<readonly CarbonSeries[]>
  /** The newest issue of [fromMs, toMs). */
  newest(query: Omit<ArchiveQuery, 'everyMs'>): Promise<CarbonSeries | undefined>
  /** Drops whole days before `beforeMs`. @returns how many issues went */
  prune(beforeMs: number): Promise<number>
}
