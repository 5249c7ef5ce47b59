import { fitGroup } from './fit-group.ts'
import { learnPrior } from './learn-prior.ts'
import { nextRuns } from './next-run.ts'
import { stepMs } from './output-base.ts'
import { predict } from './predict.ts'
import type { TrainingGroup } from './training-group.ts'

const FOLDS = 6

export interface PriorReport {
  readonly runs: number
  /** Median and 90th percentile of absolute errors, percent, with whole families left out. */
  readonly tokensPerSecond: readonly [number, number]
  readonly joulesPerToken: readonly [number, number]
}

/**
 * Leave-family-out errors of the prior these groups teach, after `k` runs of each group.
 *
 * @returns undefined with fewer than two families, or no metered group of k + 2 runs
 */
export function judgePrior(groups: readonly TrainingGroup[], k: number): PriorReport | undefined {
  const families = [...new Set(groups.map(({ family }) => family))].sort()
  if (families.length < 2) return undefined
  const foldOf = new Map(families.map((family, i) => [family, i % FOLDS]))
  const errors = { tokens: [] as number[], joules: [] as number[] }
  for (let fold = 0; fold < Math.min(FOLDS, families.length); fold++) {
    const prior = learnPrior(
      groups.filter(({ family }) => foldOf.get(family) !== fold),
      { source: 'fold', date: '' },
    )
    for (const { runs, architecture, gpu, family } of groups) {
      if (foldOf.get(family) !== fold || runs.length < k + 2) continue
      const chosen = nextRuns(fitGroup([], architecture, gpu, prior), runs, k)
      const rest = runs.filter((_, i) => !chosen.includes(i))
      const fitted = fitGroup(
        chosen.map((i) => runs[i]!),
        architecture,
        gpu,
        prior,
      )
      const { step, energy } = predict(fitted, rest)
      rest.forEach((run, i) => {
        errors.tokens.push(errorPercent(stepMs(run), Math.exp(step.logMean[i]!)))
        if (run.powerWatts === undefined) return
        const joules = run.powerWatts / run.tokensPerSecond
        errors.joules.push(errorPercent(Math.exp(energy.logMean[i]!), joules))
      })
    }
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
