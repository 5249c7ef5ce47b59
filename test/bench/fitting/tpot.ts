import { fitGroup, learnPrior, nextRuns, predict } from '../../../services/fitting/index.ts'
import { foldsOf } from './folds.ts'
import type { BenchGroup } from './load.ts'
import { type Spread, spread } from './score.ts'

const K = 5

/** TPOT after five runs on groups of aiconfigurator's measured rows, families held out, percent. */
export function tpotErrors(
  groups: readonly BenchGroup[],
): Spread & { groups: number; rows: number } {
  const errors: number[] = []
  let tested = 0
  for (const heldOut of foldsOf(groups)) {
    const prior = learnPrior(
      groups.filter(({ family }) => !heldOut.includes(family)),
      { source: 'fold', date: '' },
    )
    for (const { family, runs, architecture, gpu } of groups) {
      if (!heldOut.includes(family) || runs.length < K + 2) continue
      tested++
      const unmeasured = fitGroup([], architecture, gpu, prior)
      const chosen = nextRuns(unmeasured, runs, K, undefined, false)
      const seen = chosen.map((i) => runs[i]!)
      const rest = runs.filter((_, i) => !chosen.includes(i))
      const { step } = predict(fitGroup(seen, architecture, gpu, prior), rest)
      rest.forEach((run, i) => {
        const measured = (1e3 * run.batch) / run.tokensPerSecond
        errors.push(100 * Math.abs(Math.exp(step.logMean[i]!) / measured - 1))
      })
    }
  }
  return { ...spread(errors), groups: tested, rows: errors.length }
}
