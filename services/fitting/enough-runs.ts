import { HYPERS } from './hyper.ts'
import { TERMS } from './physics-terms.ts'
import type { TrainingGroup } from './training-group.ts'

/** As many as the physics coefficients and hyper-parameters that are sought for each output. */
const LEAST_RUNS = TERMS.length + HYPERS.length
/** A prior is of models it has not seen: with one family, nothing shows what that is worth. */
const LEAST_FAMILIES = 2

/** Why groups are too few to learn a prior from, in words; undefined where they are enough. */
export function tooFewForPrior(groups: readonly TrainingGroup[]): string | undefined {
  const runs = groups.flatMap((group) => group.runs)
  const metered = runs.filter(({ powerWatts }) => powerWatts !== undefined).length
  const families = new Set(groups.map(({ family }) => family)).size
  if (metered >= LEAST_RUNS && families >= LEAST_FAMILIES) return undefined
  const wanted = `at least ${LEAST_RUNS} runs with power, of ${LEAST_FAMILIES} model families or more`
  return `a prior takes ${wanted}; these are ${metered}, of ${families}`
}
