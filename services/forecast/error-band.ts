/** Ratios of what came to what was said, newest last, of one stretch of leads. */
export interface ErrorBand {
  readonly ratios: number[]
  /** 10 % and 90 % quantiles of `ratios`, worked out once after each note. */
  tails: Band | undefined
}

/** 10 % and 90 % quantiles of actual / forecast. */
export interface Band {
  readonly low: number
  readonly high: number
}

/** Enough for the tails, few enough to follow the seasons. */
const MOST_RATIOS = 480
/** The prior counts as this many ratios, half in each tail. */
const PRIOR_RATIOS = 40
/**
 * How far hours stray from a forecast before a zone's own record exists: pooled errors of 13 zones
 * grow from 7 % within hours to 18 % after four days, at the 80 % band's edge.
 */
const PRIOR_START = 0.07
const PRIOR_PER_DAY = 0.03
const PRIOR_LARGEST = 0.3

export const errorBand = (): ErrorBand => ({ ratios: [], tails: undefined })

export function noteRatio(band: ErrorBand, ratio: number): void {
  band.ratios.push(ratio)
  band.tails = undefined
  if (band.ratios.length > MOST_RATIOS) band.ratios.shift()
}

/** The band assumed at a lead without any record. */
export function priorBand(leadHours: number): Band {
  const edge = Math.min(PRIOR_LARGEST, PRIOR_START + (PRIOR_PER_DAY * leadHours) / 24)
  return { low: 1 - edge, high: 1 + edge }
}

/**
 * Empirical quantiles of the record, mixed with the prior until the record outweighs it. The value
 * itself always lies inside.
 */
export function bandOf(band: ErrorBand, leadHours: number): Band {
  const prior = priorBand(leadHours)
  const count = band.ratios.length
  if (count === 0) return prior
  band.tails ??= tailsOf(band.ratios)
  const { tails } = band
  const say = count / (count + PRIOR_RATIOS)
  const mix = (own: number, assumed: number): number => say * own + (1 - say) * assumed
  return {
    low: Math.min(1, mix(tails.low, prior.low)),
    high: Math.max(1, mix(tails.high, prior.high)),
  }
}

function tailsOf(ratios: readonly number[]): Band {
  const sorted = [...ratios].sort((a, b) => a - b)
  return { low: quantileOf(sorted, 0.1), high: quantileOf(sorted, 0.9) }
}

/** Linear between order statistics (type 7 of Hyndman and Fan, 1996). */
export function quantileOf(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1)
  const low = Math.floor(at)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!)
}
