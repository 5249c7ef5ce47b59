/**
 * Start of the `length` consecutive hours with the least sum; the earliest of several.
 *
 * @throws never; `length` must not exceed the values
 */
export function bestBlock(values: readonly number[], length: number): number {
  let sum = values.slice(0, length).reduce((total, value) => total + value, 0)
  let best = { start: 0, sum }
  for (let start = 1; start + length <= values.length; start++) {
    sum += values[start + length - 1]! - values[start - 1]!
    // A hair of tolerance: a running sum must not call equal blocks different.
    if (sum < best.sum - 1e-9 * Math.abs(best.sum)) best = { start, sum }
  }
  return best.start
}

/** Grams saved per kWh against running at no particular hour: by the forecast, and at best. */
export interface Saving {
  readonly byForecastG: number
  readonly atBestG: number
}

/** A job of `length` hours in one piece, placed by `forecast` where `actual` then came. */
export function blockSaving(
  forecast: readonly number[],
  actual: readonly number[],
  length: number,
): Saving {
  const meanG = meanOf(actual)
  const placed = (values: readonly number[]): number => {
    const start = bestBlock(values, length)
    return meanOf(actual.slice(start, start + length))
  }
  return { byForecastG: meanG - placed(forecast), atBestG: meanG - placed(actual) }
}

/** A job of `length` hours that may be cut into hours. */
export function interruptibleSaving(
  forecast: readonly number[],
  actual: readonly number[],
  length: number,
): Saving {
  const meanG = meanOf(actual)
  const placed = (values: readonly number[]): number => {
    const order = values.map((_, hour) => hour).sort((a, b) => values[a]! - values[b]! || a - b)
    return meanOf(order.slice(0, length).map((hour) => actual[hour]!))
  }
  return { byForecastG: meanG - placed(forecast), atBestG: meanG - placed(actual) }
}

/**
 * Share of the saving of perfect foresight that a forecast captured, over many placements, in %.
 * 100 is as good as knowing; 0 is no better than any hour; negative is worse.
 */
export function capturedPct(savings: readonly Saving[]): number {
  const atBestG = savings.reduce((sum, saving) => sum + saving.atBestG, 0)
  const byForecastG = savings.reduce((sum, saving) => sum + saving.byForecastG, 0)
  return atBestG > 0 ? (100 * byForecastG) / atBestG : 0
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
