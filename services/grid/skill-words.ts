import type { Window } from '../domain/window.ts'
import type { WindowForecast } from '../forecast/index.ts'

const HOUR_MS = 3_600_000

/**
 * Says where forecasts have shown no skill, so that nobody wonders why work stays where it is.
 *
 * @param found one entry a window
 * @returns a sentence, or nothing where every window may be shifted by
 */
export function skillWords(
  windows: readonly Window[],
  found: readonly WindowForecast[],
  nowMs: number,
): readonly string[] {
  const blind = windows.filter((_, index) => found[index]!.timeShift === false)
  const [first, last] = [blind[0], blind.at(-1)]
  if (!first || !last) return []
  const ahead = (atMs: number) => Math.max(0, Math.round((atMs - nowMs) / HOUR_MS))
  const stretch = `${ahead(first.startMs)} to ${ahead(last.endMs)} h ahead`
  return [
    `no skill in placing work ${stretch} (${blind.length} windows): each day's mean stands in`,
  ]
}
