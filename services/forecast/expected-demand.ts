import { SECONDS_PER_WEEK } from './week-peak.ts'

/** A week-old trend, or a rise just seen, is believed this far: beyond, it is another kind of day. */
const MOST_GROWTH = 1.6
/** How long traffic is remembered to have been restless. */
const RESTLESS_SECONDS = 7200
/** Head-room ends here, in peaks of the week before: no more is kept ready than by the rule of thumb. */
const PEAKS_READY = 1.2

/** Traffic of one model and origin as far as it has been seen, tokens/s. */
export interface SeenTraffic {
  /** Length of a window of what was seen; a divisor of two hours. */
  readonly windowSeconds: number
  /** Windows after the one seen last for which what is decided now has to do. */
  readonly aheadWindows: number
  /** So many windows ago: 1 is the window seen last, 2 the one before it; 0 where nothing was seen. */
  readonly rateAt: (ago: number) => number
  /** The highest of the last seven days, as far as it matters: whatever is above `enough` will do as well. */
  readonly peak: (enough: number) => number
}

/**
 * The traffic to be ready for until what the next plan starts is ready too, the same for the service
 * and for every policy of the backtest that predicts: the higher of the last two windows, moved by how
 * the same time of the week before went on, or by the rise just seen once more, and on top the mean
 * change from one window to the next over the last two hours, since bursts come in restless times.
 * Head-room comes on top (`demandToServe`).
 *
 * @returns tokens/s, its highest until then; never less than the higher of the last two windows
 */
export function expectedDemand({ windowSeconds, aheadWindows, rateAt }: SeenTraffic): number {
  const at = (ago: number) => rateAt(Math.max(1, ago))
  const [last, before] = [at(1), at(2)]
  const now = Math.max(last, before)
  if (now <= 0) return 0
  const week = SECONDS_PER_WEEK / windowSeconds
  const then = smoothed(at, week + 1)
  let growth = 1 + Math.max(0, last - before) / now
  for (let ahead = 0; ahead < aheadWindows && then > 0; ahead++) {
    growth = Math.max(growth, smoothed(at, week - ahead) / then)
  }
  return now * Math.min(MOST_GROWTH, growth) + restlessness(at, RESTLESS_SECONDS / windowSeconds)
}

/** Mean of the changes from one window to the next, whichever way. */
function restlessness(at: (ago: number) => number, windows: number): number {
  let sum = 0
  for (let ago = 1; ago <= windows; ago++) sum += Math.abs(at(ago) - at(ago + 1))
  return sum / windows
}

/** Mean of three windows around one of the past. */
const smoothed = (at: (ago: number) => number, ago: number): number =>
  (at(ago - 1) + at(ago) + at(ago + 1)) / 3

/**
 * What is expected with head-room on top, which ends a little above the highest traffic of the week
 * before: as the limits of autoscalers do.
 *
 * @param headroom capacity kept for each token/s expected, from 1 on: 1.1 is a tenth more
 * @returns tokens/s, never less than `expectedDemand`
 */
export function demandToServe(seen: SeenTraffic, headroom: number): number {
  const expected = expectedDemand(seen)
  const wanted = headroom * expected
  return Math.min(wanted, Math.max(expected, PEAKS_READY * seen.peak(wanted / PEAKS_READY)))
}
