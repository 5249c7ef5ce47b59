import type { View } from './policy.ts'
import { weekPeak } from './week-peak.ts'

const SECONDS_PER_WEEK = 604_800
/** A week-old trend, or a rise just seen, is believed this far: beyond, it is another kind of day. */
const MOST_GROWTH = 1.6
/** How long traffic is remembered to have been restless. */
const RESTLESS_SECONDS = 7200
/** Head-room ends here, in peaks of the week before: no more is kept ready than by the rule of thumb. */
const PEAKS_READY = 1.2

/**
 * The traffic to be ready for until what the next plan starts is ready too, the same for every policy
 * that predicts: the higher of the last two windows, moved by how the same time of the week before
 * went on, or by the rise just seen once more, and on top the mean change from one window to the next
 * over the last two hours, since bursts come in restless times. Head-room comes on top
 * (`demandToServe`).
 *
 * @returns tokens/s of one model and origin, its highest until then
 */
export function expectedDemand(
  view: View,
  windowSeconds: number,
  model: number,
  origin: number,
): number {
  const at = (ago: number) => view.observed(model, origin, Math.max(1, ago))
  const [last, before] = [at(1), at(2)]
  const now = Math.max(last, before)
  if (now <= 0) return 0
  const week = SECONDS_PER_WEEK / windowSeconds
  const then = smoothed(at, week + 1)
  let growth = 1 + Math.max(0, last - before) / now
  for (let ahead = 0; ahead < view.periodWindows && then > 0; ahead++) {
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
 * before: as the limits of autoscalers do, and as much for every policy that predicts.
 *
 * @returns tokens/s of one model and origin
 */
export function demandToServe(
  view: View,
  windowSeconds: number,
  model: number,
  origin: number,
  headroom: number,
): number {
  const expected = expectedDemand(view, windowSeconds, model, origin)
  const wanted = headroom * expected
  const rateAt = (ago: number) => view.observed(model, origin, ago)
  const peak = weekPeak(windowSeconds, rateAt, wanted / PEAKS_READY)
  return Math.min(wanted, Math.max(expected, PEAKS_READY * peak))
}
