export const SECONDS_PER_WEEK = 604_800

/**
 * The highest window of the last seven days, as far as it matters.
 *
 * @param rateAt tokens/s, so many windows ago, from 1 on
 * @param enough tokens/s: whatever is higher will do as well
 */
export function weekPeak(
  windowSeconds: number,
  rateAt: (ago: number) => number,
  enough = Number.POSITIVE_INFINITY,
): number {
  let peak = 0
  for (let ago = 1; ago <= SECONDS_PER_WEEK / windowSeconds && peak < enough; ago++) {
    peak = Math.max(peak, rateAt(ago))
  }
  return peak
}
