import { secondsFromMs } from '../domain/units.ts'
import type { SeenTraffic } from '../forecast/index.ts'
import { OBSERVED_MS } from './observed-age.ts'
import type { PushedSlot } from './pushed-over-windows.ts'

/** Windows in which traffic is looked at, the same as the backtest's. */
export const SEEN_WINDOW_MS = 5 * 60_000
const WEEK_MS = 7 * 24 * 3_600_000
const WEEK = WEEK_MS / SEEN_WINDOW_MS
/** Windows of restless times, and the one before them. */
const RECENT = 25

/** What has been seen of the traffic of one model and origin. */
export interface Sighting {
  /** The window seen last, tokens/s. */
  readonly lastTokensPerSecond: number
  /**
   * The same for who decides again at an instant, and has to be ready for one window more: what is
   * started then is not ready before.
   */
  readonly until: (endMs: number) => SeenTraffic
}

type Span = readonly [fromMs: number, toMs: number]

/**
 * The times of which `sightingOf` wants to know every slot, to be ready until an instant; and those
 * of which it wants the highest.
 */
export const spansSeen = (
  nowMs: number,
  untilMs: number,
): { readonly weekAgo: Span; readonly recent: Span; readonly week: Span } => ({
  weekAgo: [
    nowMs - WEEK_MS - OBSERVED_MS - 4 * SEEN_WINDOW_MS,
    untilMs - WEEK_MS + 4 * SEEN_WINDOW_MS,
  ],
  recent: [nowMs - OBSERVED_MS - (RECENT + 1) * SEEN_WINDOW_MS, nowMs],
  week: [nowMs - WEEK_MS, nowMs],
})

/** Whether a slot tells of the last quarter of an hour. */
export const isRecent = (
  { startMs, endMs }: Pick<PushedSlot, 'startMs' | 'endMs'>,
  nowMs: number,
): boolean => startMs < nowMs && endMs > nowMs - OBSERVED_MS

/**
 * Observed slots as the rule of what to be ready for takes them (`demandToServe`): the highest rate in
 * each window of five minutes, the last of them the newest that any slot tells of. Where nothing was
 * seen between two windows, or before the first, traffic is taken to have stood still; of a week ago
 * without any slot, nothing is known.
 *
 * @param slots observed ones, in any order
 * @param weekPeak tokens/s, highest of the last seven days
 * @returns undefined where nothing was seen of the last quarter of an hour
 */
export function sightingOf(
  slots: readonly PushedSlot[],
  weekPeak: number,
  nowMs: number,
): Sighting | undefined {
  if (!slots.some((slot) => isRecent(slot, nowMs))) return undefined
  const past = slots.filter(({ startMs }) => startMs < nowMs)
  const endMs = past.reduce((newest, slot) => Math.max(newest, slot.endMs), 0)
  const last = Math.ceil(Math.min(endMs, nowMs) / SEEN_WINDOW_MS) - 1
  const recent = filled(past, last - RECENT + 1, last)
  return {
    lastTokensPerSecond: recent[RECENT - 1]!,
    until: (untilMs) => {
      const aheadWindows = Math.max(1, Math.ceil(untilMs / SEEN_WINDOW_MS) - last)
      const first = last - WEEK - 2
      const weekAgo = filled(past, first, last - WEEK + aheadWindows + 1)
      return {
        windowSeconds: secondsFromMs(SEEN_WINDOW_MS),
        aheadWindows,
        rateAt: (ago) => recent[RECENT - ago] ?? weekAgo[last + 1 - ago - first] ?? 0,
        peak: () => weekPeak,
      }
    },
  }
}

/** Windows [first, last], by index. */
function filled(slots: readonly PushedSlot[], first: number, last: number): Float64Array {
  const rates = new Float64Array(last - first + 1).fill(Number.NaN)
  for (const { startMs, endMs, tokensPerSecond } of slots) {
    const from = Math.max(first, Math.floor(startMs / SEEN_WINDOW_MS))
    const to = Math.min(last, Math.ceil(endMs / SEEN_WINDOW_MS) - 1)
    for (let w = from; w <= to; w++) {
      const known = rates[w - first]!
      rates[w - first] = Number.isNaN(known) ? tokensPerSecond : Math.max(known, tokensPerSecond)
    }
  }
  let before = rates.find((rate) => !Number.isNaN(rate)) ?? 0
  return rates.map((rate) => {
    if (!Number.isNaN(rate)) before = rate
    return before
  })
}
