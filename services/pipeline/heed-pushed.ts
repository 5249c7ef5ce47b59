import { pushedOverWindows } from '../demand/index.ts'
import type { Window } from '../domain/window.ts'
import type { PushedDemand } from '../overlays/index.ts'

/**
 * What callers told us of one origin's traffic, over what the fleet file expects: a pushed forecast
 * takes the place of the file's wherever it covers a window; observed traffic can only raise the
 * window in force, never lower it.
 *
 * @param expected tokens/s per window, head-room included
 * @param headroom added on top of what was pushed: 0.1 is a tenth
 */
export function heedPushed(
  expected: readonly number[],
  pushed: readonly PushedDemand[],
  windows: readonly Window[],
  headroom: number,
): readonly number[] {
  const slotsOf = (kind: PushedDemand['kind']) =>
    pushed.filter((one) => one.kind === kind).flatMap(({ slots }) => slots)
  const forecast = pushedOverWindows(slotsOf('forecast'), windows)
  const observed = Math.max(0, ...slotsOf('observed').map(({ tokensPerSecond }) => tokensPerSecond))
  return expected.map((rate, index) => {
    const told = forecast[index]
    const planned = told === undefined ? rate : told * (1 + headroom)
    return index === 0 ? Math.max(planned, observed * (1 + headroom)) : planned
  })
}
