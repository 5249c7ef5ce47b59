import { fitGroup } from './fit-group.ts'
import { learnPrior } from './learn-prior.ts'
import type { MeasuredRun } from './measured-run.ts'
import { nextRuns } from './next-run.ts'
import { type Prediction, predict } from './predict.ts'
import type { Prior } from './prior.ts'
import type { TrainingGroup } from './training-group.ts'

const FOLDS = 6

/** Groups of some families, and the prior that all other families teach. */
export interface FamilyFold {
  readonly groups: readonly TrainingGroup[]
  readonly prior: Prior
}

/** Families dealt in alphabetical order onto at most six folds; none with fewer than two families. */
export function familyFolds(groups: readonly TrainingGroup[]): readonly FamilyFold[] {
  const families = [...new Set(groups.map(({ family }) => family))].sort()
  if (families.length < 2) return []
  const foldOf = new Map(families.map((family, i) => [family, i % FOLDS]))
  return Array.from({ length: Math.min(FOLDS, families.length) }, (_, fold) => {
    const isHeldOut = ({ family }: TrainingGroup) => foldOf.get(family) === fold
    const others = groups.filter((group) => !isHeldOut(group))
    return {
      groups: groups.filter(isHeldOut),
      prior: learnPrior(others, { source: 'fold', date: '' }),
    }
  })
}

/** Runs of one group beside what was predicted of them from `k` others, chosen by the design rule. */
interface LeftOutRuns {
  readonly runs: readonly MeasuredRun[]
  readonly predicted: Prediction
}

/** One entry per group of at least k + 2 runs. */
export function leftOutRuns(folds: readonly FamilyFold[], k: number): readonly LeftOutRuns[] {
  return folds.flatMap(({ groups, prior }) =>
    groups
      .filter(({ runs }) => runs.length >= k + 2)
      .map(({ runs, architecture, gpu }) => {
        const chosen = nextRuns(fitGroup([], architecture, gpu, prior), runs, k)
        const seen = chosen.map((i) => runs[i]!)
        const rest = runs.filter((_, i) => !chosen.includes(i))
        return { runs: rest, predicted: predict(fitGroup(seen, architecture, gpu, prior), rest) }
      }),
  )
}
