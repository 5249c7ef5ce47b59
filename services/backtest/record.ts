/**
 * What happened, and what was known of it when. Arrays by window begin `leadWindows` before the
 * simulated time, so that policies have a past to learn from; all rates and intensities are means
 * over a window.
 */
export interface GridRecord {
  readonly startMs: number
  readonly windowSeconds: number
  /** Windows in all, lead-in included. */
  readonly windowCount: number
  readonly leadWindows: number
  /** By model and origin: output tokens/s that came. */
  readonly demand: readonly (readonly Float64Array[])[]
  /** By region, gCO2e/kWh that came to be. */
  readonly actual: readonly Float64Array[]
  /** By region: what one more kWh emitted, where that is recorded too. Never mixed with `actual`. */
  readonly marginal?: readonly Float64Array[]
  /**
   * By region: expected intensity [hour * EXPECTED_HOURS + lead], as known when that hour began.
   * Hours count from `startMs`, lead 0 is the hour itself.
   */
  readonly expected: readonly Float64Array[]
  /**
   * By region, where deferrable work is played: expected intensity [hour * OUTLOOK_HOURS + lead], hours
   * counted from the simulated time.
   */
  readonly outlook?: readonly Float64Array[]
  /** By region: mean of the year before the record begins. */
  readonly pastMean: readonly number[]
}

/** Hours that are looked ahead: as long as the longest time between two plans, and the hour begun. */
export const EXPECTED_HOURS = 2

export const windowsPerHour = (record: GridRecord): number => 3600 / record.windowSeconds

/**
 * Mean intensity over the next windows, as it was expected when the current hour began.
 *
 * @param window absolute index of the first window
 * @param count at most one hour of windows
 * @returns gCO2e/kWh
 */
export function expectedIntensity(
  record: GridRecord,
  region: number,
  window: number,
  count: number,
): number {
  const perHour = windowsPerHour(record)
  const hour = Math.floor(window / perHour)
  let sum = 0
  for (let w = window; w < window + count; w++) {
    const lead = Math.min(EXPECTED_HOURS - 1, Math.floor(w / perHour) - hour)
    sum += record.expected[region]![hour * EXPECTED_HOURS + lead]!
  }
  return sum / count
}
