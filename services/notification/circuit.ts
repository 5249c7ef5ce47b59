import type { Attempt, Circuit } from './port.ts'

const TOLERATED_FAILURES = 5
const FIRST_PAUSE_MS = 10_000
const LONGEST_PAUSE_MS = 10 * 60_000
const GIVE_UP_AFTER_MS = 5 * 24 * 3_600_000

/**
 * What the next attempt on an endpoint has to wait for, now that one more has ended.
 *
 * Five failures in a row open the circuit, for 10 s doubling up to 10 min; the first attempt after
 * that decides whether it closes. Five days without one success, or an answer of 410, disable it: then
 * nothing that was still under way changes it.
 *
 * @returns undefined where all is well
 */
export function circuitAfter(
  before: Circuit | undefined,
  attempt: Attempt,
  nowMs: number,
): Circuit | undefined {
  if (before?.disabled !== undefined) return before
  if (attempt.status === 'delivered') return undefined
  const failures = (before?.failures ?? 0) + 1
  const failingSinceMs = before?.failingSinceMs ?? nowMs
  const over = failures - TOLERATED_FAILURES
  const pauseMs = over < 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** over, LONGEST_PAUSE_MS)
  const circuit = { failures, failingSinceMs, openUntilMs: nowMs + pauseMs }
  if (attempt.status === 'gone') return { ...circuit, disabled: 'it answered 410 Gone' }
  if (nowMs - failingSinceMs < GIVE_UP_AFTER_MS) return circuit
  return { ...circuit, disabled: 'every attempt failed for five days' }
}
