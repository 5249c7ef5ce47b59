import { msFromSeconds } from '../domain/units.ts'

/** Pauses between attempts, in seconds, as Standard Webhooks recommends: 10 attempts in 75 h. */
export const RETRY_SECONDS: readonly number[] = [
  5,
  5 * 60,
  30 * 60,
  2 * 3600,
  5 * 3600,
  10 * 3600,
  14 * 3600,
  20 * 3600,
  24 * 3600,
]

const JITTER = 0.2
const LONGEST_WAIT_SECONDS = 24 * 3600

/**
 * When to try again.
 *
 * @param attempts made so far, the failed one included
 * @param random in [0, 1): spreads the retries of many deliveries that failed together by ±20 %
 * @param retryAfterSeconds what the receiver asked for; believed up to a day
 * @returns undefined where that was the last attempt
 */
export function nextAttemptMs(
  attempts: number,
  nowMs: number,
  random: number,
  retryAfterSeconds = 0,
): number | undefined {
  const pause = RETRY_SECONDS[attempts - 1]
  if (pause === undefined) return undefined
  const spread = pause * (1 - JITTER + 2 * JITTER * random)
  const asked = Math.min(retryAfterSeconds, LONGEST_WAIT_SECONDS)
  return nowMs + Math.round(msFromSeconds(Math.max(spread, asked)))
}
