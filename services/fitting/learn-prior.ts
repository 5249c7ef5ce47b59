import { evidenceFor } from './group-evidence.ts'
import { learnHyper } from './learn-hyper.ts'
import { nonNegativeLeastSquares } from './nnls.ts'
import { measuredValue } from './output-base.ts'
import { physicsTerms, TERMS } from './physics-terms.ts'
import {
  type FirstTokenPrior,
  OUTPUTS,
  type Output,
  type OutputPrior,
  type Prior,
} from './prior.ts'
import type { TrainingGroup } from './training-group.ts'

/** Two steps, prompts at half of peak FLOP/s, a factor of 1.4. */
const FIRST_TOKEN: FirstTokenPrior = { steps: 2, prefill: 2, logSd: 0.35 }
const HUBER_ROUNDS = 15
const HUBER_WIDTH = 0.3

/**
 * Coefficients of the physics terms by non-negative least squares on relative errors, groups
 * weighted by 1/sqrt(size), with Huber weights re-estimated fifteen times.
 */
function fitBase(groups: readonly TrainingGroup[], output: Output): number[] {
  const rows = groups.flatMap(({ runs, architecture, gpu }) =>
    runs.flatMap((run) => {
      const measured = measuredValue(output, run)
      if (measured === undefined) return []
      const ratio = physicsTerms(run, architecture, gpu).map((t) => t / measured)
      return [{ ratio, weight: 1 / Math.sqrt(runs.length), huber: 1 }]
    }),
  )
  const k = TERMS.length
  let x: Float64Array = new Float64Array(k)
  for (let round = 0; round < HUBER_ROUNDS; round++) {
    x = weightedFit(rows)
    for (const row of rows) {
      const error = Math.abs(1 - row.ratio.reduce((sum, r, i) => sum + r * x[i]!, 0))
      row.huber = error > HUBER_WIDTH ? HUBER_WIDTH / error : 1
    }
  }
  return [...x]
}

/** One round: non-negative coefficients that bring sum(x ratio) closest to 1. */
function weightedFit(
  rows: readonly { ratio: Float64Array; weight: number; huber: number }[],
): Float64Array {
  const k = TERMS.length
  const gram = new Float64Array(k * k)
  const moment = new Float64Array(k)
  for (const { ratio, weight, huber } of rows) {
    for (let i = 0; i < k; i++) {
      const weighted = weight * huber * ratio[i]!
      moment[i]! += weighted
      for (let j = 0; j < k; j++) gram[i * k + j]! += weighted * ratio[j]!
    }
  }
  return nonNegativeLeastSquares(gram, moment)
}

/**
 * Learns the prior of every output from groups of measured runs: physics coefficients, then
 * feature weights and Gaussian process hyper-parameters by maximum marginal likelihood.
 */
export function learnPrior(
  groups: readonly TrainingGroup[],
  about: { readonly source: string; readonly date: string },
): Prior {
  const step = fitBase(groups, 'step')
  const itl = fitBase(groups, 'itl')
  const bases: Record<Output, number[]> = { step, itl, itlP95: itl, power: [] }
  const outputs = Object.fromEntries(
    OUTPUTS.map((output): [Output, OutputPrior] => {
      const base = bases[output]
      const evidence = groups.map((group) => evidenceFor(group, step, output, base))
      const learned = learnHyper(evidence.filter(({ count }) => count > 0))
      return [output, { base, ...learned }]
    }),
  ) as Record<Output, OutputPrior>
  const rows = groups.reduce((sum, group) => sum + group.runs.length, 0)
  const known = { rows, groups: groups.length, outputs, energySpread: 1 }
  return { ...about, ...known, firstToken: FIRST_TOKEN }
}
