const SECONDS_PER_WEEK = 604_800

/**
 * The highest window of the last seven days.
 *
 * @param rateAt tokens/s, so many windows ago, from 1 on
 */
export function weekPeak(windowSeconds: number, rateAt: (ago: number) => number): number {
  let peak = 0
  for (let ago = 1; ago <= SECONDS_PER_WEEK / windowSeconds; ago++) {
    peak = Math.max(peak, rateAt(ago))
  }
  return peak
}
