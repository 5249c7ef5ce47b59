export interface ApiLimits {
  readonly bodyBytes: number
  /** Of one caller. */
  readonly requestsPerMinute: number
  /** Refused credentials from one address. */
  readonly guessesPerMinute: number
  readonly eventStreams: number
  readonly simulationsAtOnce: number
  readonly simulationMs: number
  /** How old the current plan may be when read: a store asked once serves all who ask meanwhile. */
  readonly planFreshMs: number
}

export const DEFAULT_LIMITS: ApiLimits = {
  bodyBytes: 256 * 1024,
  requestsPerMinute: 6000,
  guessesPerMinute: 30,
  eventStreams: 10_000,
  simulationsAtOnce: 2,
  simulationMs: 60_000,
  planFreshMs: 250,
}
