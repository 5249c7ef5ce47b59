import type { Sighting } from '../demand/index.ts'
import type { Window } from '../domain/window.ts'
import { demandToServe } from '../forecast/index.ts'

/** Windows for which what was seen speaks: the one in force, and the one after. */
export const SEEN_WINDOWS = 2

/** Traffic of one origin without what was seen of it, tokens/s per window. */
export interface DeclaredDemand {
  /** What to be ready for, head-room included. */
  readonly ready: readonly number[]
  /** What was declared or foretold, without quantile and head-room. */
  readonly middle: readonly number[]
  /** Added on top of what is expected: 0.1 is a tenth. */
  readonly headroom: number
}

/** Traffic of one origin, tokens/s per window. */
export interface HeededDemand {
  /** What replicas are to be ready for. */
  readonly ready: readonly number[]
  /** How much of it is expected to come; the rest is head-room, ready and idle. Absent: all. */
  readonly expected?: readonly number[]
}

/**
 * What was seen of one origin's traffic, by the rule that the backtest plays (`demandToServe`): it can
 * only raise what the first windows are to be ready for, never lower it. What is expected to come in the
 * window in force is what was seen last; beyond, what was declared or foretold.
 *
 * @param seen undefined: nobody looked, and all is as it was declared
 * @param decidedAgainMs when a window that is in force is planned anew, at the latest
 */
export function heedSeen(
  { ready, middle, headroom }: DeclaredDemand,
  seen: Sighting | undefined,
  windows: readonly Window[],
  decidedAgainMs: (window: Window) => number,
): HeededDemand {
  if (!seen) return { ready }
  const { lastTokensPerSecond: last } = seen
  const raised = ready.map((rate, t) =>
    t < SEEN_WINDOWS
      ? Math.max(rate, demandToServe(seen.until(decidedAgainMs(windows[t]!)), 1 + headroom))
      : rate,
  )
  const coming = middle.map((rate, t) => {
    if (t === 0) return last
    return t < SEEN_WINDOWS ? Math.max(rate, last) : rate
  })
  return { ready: raised, expected: raised.map((rate, t) => Math.min(rate, coming[t]!)) }
}
