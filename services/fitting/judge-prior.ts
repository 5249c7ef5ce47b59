import { type FamilyFold, leftOutRuns } from './family-folds.ts'
import { stepMs } from './output-base.ts'

export interface PriorReport {
  readonly runs: number
  /** Median and 90th percentile of absolute errors, percent, with whole families left out. */
  readonly tokensPerSecond: readonly [number, number]
  readonly joulesPerToken: readonly [number, number]
}

/**
 * Leave-family-out errors of a prior, after `k` runs of each group.
 *
 * @returns undefined with fewer than two families, or no metered group of k + 2 runs
 */
export function judgePrior(folds: readonly FamilyFold[], k: number): PriorReport | undefined {
  const errors = { tokens: [] as number[], joules: [] as number[] }
  for (const { runs, predicted } of leftOutRuns(folds, k)) {
    const { step, energy } = predicted
    runs.forEach((run, i) => {
      errors.tokens.push(errorPercent(stepMs(run), Math.exp(step.logMean[i]!)))
      if (run.powerWatts === undefined) return
      const joules = run.powerWatts / run.tokensPerSecond
      errors.joules.push(errorPercent(Math.exp(energy.logMean[i]!), joules))
    })
  }
  if (errors.joules.length === 0) return undefined
  return {
    runs: k,
    tokensPerSecond: spread(errors.tokens),
    joulesPerToken: spread(errors.joules),
  }
}

const errorPercent = (guess: number, truth: number): number => 100 * Math.abs(guess / truth - 1)

function spread(values: readonly number[]): readonly [number, number] {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]!
  return [at(0.5), at(0.9)]
}
