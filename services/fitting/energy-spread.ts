import { type FamilyFold, leftOutRuns } from './family-folds.ts'

/** Numbers of runs after which predictions are compared with what was measured. */
const KS = [3, 5, 8]
const SHARE_COVERED = 0.95
/** Deviations either side of the mean that cover this share of a normal. */
const Z_COVERED = 1.96

/**
 * How much wider than predicted an interval of J/token must be to hold 95 % of what families left
 * out turned out to need: the 95 % quantile of |z|, as split conformal prediction takes it (Vovk,
 * Gammerman and Shafer, 2005), over 1.96. Step and power given the step are not as independent as
 * their sum of variances takes them to be.
 *
 * @returns at least 1, which it also is with too few runs to tell (19)
 */
export function energySpreadOf(folds: readonly FamilyFold[]): number {
  const z = KS.flatMap((k) =>
    leftOutRuns(folds, k).flatMap(({ runs, predicted: { energy } }) =>
      runs.flatMap(({ powerWatts, tokensPerSecond }, i) => {
        if (powerWatts === undefined) return []
        const error = Math.log(powerWatts / tokensPerSecond) - energy.logMean[i]!
        return [Math.abs(error) / energy.logSd[i]!]
      }),
    ),
  ).sort((a, b) => a - b)
  const rank = Math.ceil(SHARE_COVERED * (z.length + 1))
  return rank > z.length ? 1 : Math.max(1, z[rank - 1]! / Z_COVERED)
}
