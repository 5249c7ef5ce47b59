/** Mean absolute percentage error; hours whose truth is not above zero have none and are left out. */
export function mapePct(forecast: readonly number[], actual: readonly number[]): number {
  const errors = actual.flatMap((truth, index) =>
    truth > 0 ? Math.abs(forecast[index]! - truth) / truth : [],
  )
  return (100 * errors.reduce((sum, error) => sum + error, 0)) / errors.length
}

/**
 * Mean pinball loss of a quantile forecast, in the unit of the values (Koenker and Bassett,
 * Econometrica 46, 1978): the score that the true quantile minimises.
 */
export function pinballLoss(
  quantile: readonly number[],
  actual: readonly number[],
  share: number,
): number {
  const losses = actual.map((truth, index) => {
    const miss = truth - quantile[index]!
    return miss >= 0 ? share * miss : (share - 1) * miss
  })
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length
}

/** Share of hours inside [low, high], in %. */
export function coveragePct(
  low: readonly number[],
  high: readonly number[],
  actual: readonly number[],
): number {
  const inside = actual.filter((truth, index) => truth >= low[index]! && truth <= high[index]!)
  return (100 * inside.length) / actual.length
}
