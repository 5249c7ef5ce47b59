import { secondsFromMs } from '../../domain/units.ts'

const WINDOW_MS = 60_000
const MOST_REMEMBERED = 100_000
/** A sum of fractions is not quite the whole. */
const ROUNDING = 0.5

/** How often somebody may do something, told by name. */
export interface CallAllowance {
  /** One more. @returns how long to wait first, where it is one too many; it is not counted then */
  take(who: string): number | undefined
  /** The same without counting; `who` is asked for only while anybody is remembered. */
  waitSeconds(who: () => string): number | undefined
  /** How many more may be taken at once, right now. */
  left(who: string): number
}

/**
 * So many a minute: all at once, or spread, but never twice as many around the turn of a minute. Each
 * caller is one number, the instant at which all that was taken is made up for (the generic cell rate
 * algorithm, ITU-T I.371), so asking costs next to nothing.
 *
 * @param perMinute largest number at once, and in the long run each minute
 * @param elapsedMs a clock that nobody sets
 */
export function callAllowance(perMinute: number, elapsedMs: () => number): CallAllowance {
  const costMs = WINDOW_MS / perMinute
  const madeUpAtMs = new Map<string, number>()

  /** How far ahead of the clock somebody is. */
  function debtMs(who: string, atMs: number): number {
    return Math.max(0, (madeUpAtMs.get(who) ?? 0) - atMs)
  }

  function waitSeconds(who: string, atMs: number): number | undefined {
    const overMs = debtMs(who, atMs) + costMs - WINDOW_MS
    return overMs > costMs * ROUNDING ? Math.ceil(secondsFromMs(overMs)) : undefined
  }

  return {
    waitSeconds: (who) => (madeUpAtMs.size > 0 ? waitSeconds(who(), elapsedMs()) : undefined),
    left: (who) =>
      Math.max(0, Math.floor((WINDOW_MS - debtMs(who, elapsedMs())) / costMs + ROUNDING)),
    take(who) {
      const atMs = elapsedMs()
      const wait = waitSeconds(who, atMs)
      if (wait === undefined) {
        if (madeUpAtMs.size >= MOST_REMEMBERED) forgetPaid(madeUpAtMs, atMs)
        madeUpAtMs.set(who, atMs + debtMs(who, atMs) + costMs)
      }
      return wait
    },
  }
}

/** Whoever owes nothing need not be remembered; where all owe something, all begin anew. */
function forgetPaid(madeUpAtMs: Map<string, number>, atMs: number): void {
  for (const [who, paidMs] of madeUpAtMs) if (paidMs <= atMs) madeUpAtMs.delete(who)
  if (madeUpAtMs.size >= MOST_REMEMBERED) madeUpAtMs.clear()
}
