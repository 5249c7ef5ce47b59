import type { Sighting } from '../demand/index.ts'
import type { Window } from '../domain/window.ts'
import { demandToServe } from '../forecast/index.ts'

/** Windows for which what was seen speaks: the one in force, and the one in which the next plan's starts are ready. */
export const SEEN_WINDOWS = 2

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
 * @param ready what to be ready for without it, head-room included
 * @param middle what was declared or foretold, without quantile and head-room
 * @param headroom added on top of what the rule expects: 0.1 is a tenth
 */
export function heedSeen(
  ready: readonly number[],
  middle: readonly number[],
  seen: Sighting | undefined,
  windows: readonly Window[],
  headroom: number,
): HeededDemand {
  if (!seen) return { ready }
  const { lastTokensPerSecond: last } = seen
  const raised = ready.map((rate, t) =>
    t < SEEN_WINDOWS
      ? Math.max(rate, demandToServe(seen.until(windows[t]!.endMs), 1 + headroom))
      : rate,
  )
  const coming = middle.map((rate, t) =>
    t === 0 ? last : t < SEEN_WINDOWS ? Math.max(rate, last) : rate,
  )
  return { ready: raised, expected: raised.map((rate, t) => Math.min(rate, coming[t]!)) }
}
