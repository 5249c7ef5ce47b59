/** Features that are multiples of one of them in every row: candidates bring that one alone. */
export interface FeatureColumn {
  readonly lead: number
  /** The lead itself first, with factor 1. */
  readonly parts: readonly { readonly feature: number; readonly factor: number }[]
}

/** Rounding that two features which are multiples by their formula may differ by, relative. */
const ROUNDING = 1e-13

/**
 * Features of many rows without those that are zero throughout, multiples of one another together:
 * most candidates share a GPU, a number format, a kind of model and a workload, which leaves half.
 *
 * @param features rows x width
 */
export function featureColumns(features: Float64Array, width: number): readonly FeatureColumn[] {
  const columns: { lead: number; parts: { feature: number; factor: number }[] }[] = []
  for (let feature = 0; feature < width; feature++) {
    if (isZero(features, width, feature)) continue
    const alike = columns
      .map(({ parts, lead }) => ({ parts, factor: factorOf(features, width, feature, lead) }))
      .find(({ factor }) => !Number.isNaN(factor))
    if (alike) alike.parts.push({ feature, factor: alike.factor })
    else columns.push({ lead: feature, parts: [{ feature, factor: 1 }] })
  }
  return columns
}

function isZero(features: Float64Array, width: number, feature: number): boolean {
  for (let at = feature; at < features.length; at += width) if (features[at] !== 0) return false
  return true
}

/** What `lead` is to be multiplied by to give `feature` in every row; NaN where there is no such number. */
function factorOf(features: Float64Array, width: number, feature: number, lead: number): number {
  const factor = features[feature]! / features[lead]!
  for (let at = 0; at < features.length; at += width) {
    const value = features[at + feature]!
    const error = Math.abs(value - factor * features[at + lead]!)
    // A lead that is zero in the first row gives no number, which no bound holds of.
    if (!(error <= ROUNDING * Math.abs(value))) return Number.NaN
  }
  return factor
}
