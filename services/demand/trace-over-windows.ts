import { InvalidInput } from '../domain/errors.ts'
import type { Window } from '../domain/window.ts'
import { quantile } from './quantile.ts'
import type { Trace } from './read-trace.ts'

const WEEK_MS = 7 * 24 * 3_600_000

export interface Replay {
  readonly scale: number
  readonly shiftHours: number
  /** `weekly`: the trace stands for its weekdays and hours in any other week. */
  readonly repeat: 'weekly' | 'never'
}

/**
 * The quantile of a recorded trace's samples inside each window.
 *
 * Where several recorded weeks speak for one window, all of them do.
 *
 * @returns output tokens/s per window
 * @throws InvalidInput naming the first window of which the trace says nothing
 */
export function traceOverWindows(
  trace: Trace,
  replay: Replay,
  windows: readonly Window[],
  q: number,
): readonly number[] {
  const periodMs = replay.repeat === 'weekly' ? WEEK_MS : Number.POSITIVE_INFINITY
  const shiftMs = replay.shiftHours * 3_600_000
  const samples = trace.samples.map(({ startMs, tokensPerSecond }) => ({
    startMs: phase(startMs + shiftMs, periodMs),
    tokensPerSecond,
  }))
  return windows.map((window) => {
    const fromMs = phase(window.startMs, periodMs)
    const lengthMs = window.endMs - window.startMs
    const inside = samples.filter(({ startMs }) => {
      // A sample counts where its interval and the window touch; the week is a circle.
      const afterMs = phase(startMs - fromMs + trace.intervalMs, periodMs)
      return afterMs > 0 && afterMs < lengthMs + trace.intervalMs
    })
    if (inside.length === 0) {
      throw new InvalidInput(`the trace says nothing of ${new Date(window.startMs).toISOString()}`)
    }
    const tokensPerSecond = inside.map((sample) => sample.tokensPerSecond)
    return replay.scale * quantile(tokensPerSecond, q)
  })
}

/** Position in a period; an endless period leaves the instant as it is. */
const phase = (atMs: number, periodMs: number): number =>
  periodMs === Number.POSITIVE_INFINITY ? atMs : ((atMs % periodMs) + periodMs) % periodMs
