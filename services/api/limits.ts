export interface ApiLimits {
  readonly bodyBytes: number
  /** From a request's first byte to its last; a socket that is slower is closed. */
  readonly requestMs: number
  /** Of one caller. */
  readonly requestsPerMinute: number
  /** Refused credentials from one address. */
  readonly guessesPerMinute: number
  /** Reads being answered side by side, of all callers; more are refused at once. */
  readonly readsAtOnce: number
  /** The same of everything that changes something. */
  readonly changesAtOnce: number
  readonly eventStreams: number
  readonly simulationsAtOnce: number
  readonly simulationMs: number
  /** How old the current plan may be when read: a store asked once serves all who ask meanwhile. */
  readonly planFreshMs: number
}

export const DEFAULT_LIMITS: ApiLimits = {
  bodyBytes: 256 * 1024,
  requestMs: 600_000, // an upload of 200 MiB over a slow line
  requestsPerMinute: 6000,
  guessesPerMinute: 30,
  readsAtOnce: 500,
  changesAtOnce: 200,
  eventStreams: 10_000,
  simulationsAtOnce: 2,
  simulationMs: 60_000,
  planFreshMs: 250,
}
