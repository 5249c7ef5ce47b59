import type { View } from './policy.ts'
import { weekPeak } from './week-peak.ts'

const SECONDS_PER_WEEK = 604_800
/** A week-old trend, or a rise just seen, is believed this far: beyond, it is another kind of day. */
const MOST_GROWTH = 1.6
const LEAST_GROWTH = 0.7
/** A rise from one window to the next that flicker alone explains. */
const FLICKER = 1.1
/** Head-room ends here, in peaks of the week before: no more is kept ready than by the rule of thumb. */
const PEAKS_READY = 1.2

/**
 * The traffic to be ready for until what the next plan starts is ready too, the same for every policy
 * that predicts: the higher of the last two windows, moved by how the same time of the week before
 * went on, or by the rise just seen where that is steeper than flicker, and never less than what was
 * just seen falls to. Head-room comes on top (`demandToServe`).
 *
 * @returns tokens/s of one model and origin, its highest in the period and the window after it
 */
export function expectedDemand(
  view: View,
  windowSeconds: number,
  model: number,
  origin: number,
): number {
  const [last, before] = [view.observed(model, origin, 1), view.observed(model, origin, 2)]
  const now = Math.max(last, before)
  const week = SECONDS_PER_WEEK / windowSeconds
  const then = smoothed(view, model, origin, week + 1)
  let growth = Math.max(LEAST_GROWTH, rise(last, before))
  if (then <= 0) return now * growthWithin(Math.max(1, growth))
  for (let ahead = 0; ahead <= view.periodWindows; ahead++) {
    growth = Math.max(growth, smoothed(view, model, origin, week - ahead) / then)
  }
  return now * growthWithin(growth)
}

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
  const peak = weekPeak(windowSeconds, (ago) => view.observed(model, origin, ago))
  return Math.min(headroom * expected, Math.max(expected, PEAKS_READY * peak))
}

const growthWithin = (growth: number): number => Math.min(MOST_GROWTH, growth)

/** How steep a rise is when flicker is taken off; 0 where there is none. */
const rise = (last: number, before: number): number =>
  before > 0 && last > FLICKER * before ? last / (FLICKER * before) : 0

/** Mean of three windows around one of the past. */
function smoothed(view: View, model: number, origin: number, ago: number): number {
  const at = (back: number) => view.observed(model, origin, Math.max(1, back))
  return (at(ago - 1) + at(ago) + at(ago + 1)) / 3
}
