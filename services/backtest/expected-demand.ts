import type { View } from './policy.ts'

const SECONDS_PER_WEEK = 604_800
/** A week-old trend is believed this far: beyond, it was another kind of day. */
const MOST_GROWTH = 1.6
const LEAST_GROWTH = 0.7

/**
 * The traffic to be ready for until what the next plan starts is ready too, the same for every policy
 * that predicts: the higher of the last two windows, moved by how the same time of the week before
 * went on, and never less than what was just seen falls to. Persistence with a weekly trend; head-room
 * comes on top.
 *
 * @returns tokens/s of one model and origin, its highest in the period and the window after it
 */
export function expectedDemand(
  view: View,
  windowSeconds: number,
  model: number,
  origin: number,
): number {
  const now = Math.max(view.observed(model, origin, 1), view.observed(model, origin, 2))
  const week = SECONDS_PER_WEEK / windowSeconds
  const then = smoothed(view, model, origin, week + 1)
  if (then <= 0) return now
  let growth = LEAST_GROWTH
  for (let ahead = 0; ahead <= view.periodWindows; ahead++) {
    growth = Math.max(growth, smoothed(view, model, origin, week - ahead) / then)
  }
  return now * Math.min(MOST_GROWTH, growth)
}

/** Mean of three windows around one of the past. */
function smoothed(view: View, model: number, origin: number, ago: number): number {
  const at = (back: number) => view.observed(model, origin, Math.max(1, back))
  return (at(ago - 1) + at(ago) + at(ago + 1)) / 3
}
