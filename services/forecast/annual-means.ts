import annual from '../../config/catalogue/annual-means.json' with { type: 'json' }
import climatology from '../../config/catalogue/climatology.json' with { type: 'json' }
import { type Measure, sameMeasure } from '../domain/carbon-series.ts'

const zones: Readonly<Record<string, number>> = annual.zones
const MEASURE: Measure = { signal: 'average', basis: 'lifecycle' }

/** The mean of a whole year, with the band that single hours of such a zone fall into. */
export interface AnnualMean {
  readonly meanG: number
  readonly lowG: number
  readonly highG: number
}

/**
 * A zone's mean of the catalogue's year, or undefined where it has none of this measure. The band
 * is the pooled 80 % spread of hours around yearly means in 13 zones.
 */
export function annualMeanOf(zone: string, measure: Measure): AnnualMean | undefined {
  const meanG = sameMeasure(measure, MEASURE) ? zones[zone] : undefined
  return meanG === undefined ? undefined : withSpread(meanG)
}

function withSpread(meanG: number): AnnualMean {
  const { low, high } = climatology.annualSpread
  return { meanG, lowG: meanG * low, highG: meanG * high }
}

const sorted = Object.values(zones).sort((a, b) => a - b)
const rank = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!

/**
 * What is assumed where nothing is known: the world's mean, between the 10 % and 90 % quantiles of
 * all zones. One number for every hour, so a plan made from it is blind to carbon and saves energy.
 */
export const BLIND: AnnualMean = { meanG: annual.worldG, lowG: rank(0.1), highG: rank(0.9) }
