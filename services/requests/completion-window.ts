const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const SHORTEST_MS = 10 * 60_000
const LONGEST_MS = 14 * 86_400_000

/** What a `completion_window` may be, for refusals. */
export const WINDOW_WORDS = 'a number of minutes, hours or days from 10m to 14d, e.g. 24h'

/**
 * OpenAI takes `24h` alone; here the window is how long a batch may wait.
 *
 * @returns its length, or undefined where it is none
 */
export function completionWindowMs(text: string): number | undefined {
  const [, count, unit] = /^([1-9][0-9]{0,4})([mhd])$/.exec(text) ?? []
  if (count === undefined) return undefined
  const lengthMs = Number(count) * UNIT_MS[unit!]!
  return lengthMs >= SHORTEST_MS && lengthMs <= LONGEST_MS ? lengthMs : undefined
}
