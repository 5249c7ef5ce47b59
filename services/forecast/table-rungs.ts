import { type AnnualMean, BLIND } from './annual-means.ts'
import { type Climatology, climateAt } from './climatology.ts'
import type { Rung, WindowForecast } from './window-forecast.ts'

/** What the zone usually emits at that month and hour. */
export const climatologyRung =
  (climatology: Climatology | undefined): Rung =>
  (window) => {
    if (!climatology) return undefined
    const { meanG, lowG, highG } = climateAt(climatology, (window.startMs + window.endMs) / 2)
    return {
      carbonGPerKwh: meanG,
      lowGPerKwh: lowG,
      highGPerKwh: highG,
      quality: 'climatology',
      source: climatology.source,
    }
  }

/** The last rung: one number for every hour, the zone's yearly mean or the world's. */
export function lowestRung(annual: AnnualMean | undefined): WindowForecast {
  const { meanG, lowG, highG } = annual ?? BLIND
  return {
    carbonGPerKwh: meanG,
    lowGPerKwh: lowG,
    highGPerKwh: highG,
    quality: annual ? 'annual' : 'blind',
    source: annual ? 'annual-means' : 'none',
  }
}
