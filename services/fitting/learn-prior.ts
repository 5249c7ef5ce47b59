import type { Architecture, GpuSpec } from './architecture.ts'
import { type Described, describe, FEATURES } from './features.ts'
import { type Evidence, learnHyper } from './learn-hyper.ts'
import { gpusOf, type MeasuredRun } from './measured-run.ts'
import { nonNegativeLeastSquares } from './nnls.ts'
import { physicsTerms, TERMS } from './physics-terms.ts'
import {
  type FirstTokenPrior,
  OUTPUTS,
  type Output,
  type OutputPrior,
  type Prior,
} from './prior.ts'

/** Runs of one model on one GPU under one workload, with what is known of both. */
export interface TrainingGroup {
  readonly runs: readonly MeasuredRun[]
  readonly architecture: Architecture
  readonly gpu: GpuSpec
}

/** Two steps, prompts at half of peak FLOP/s, a factor of 1.4. */
const FIRST_TOKEN: FirstTokenPrior = { steps: 2, prefill: 2, logSd: 0.35 }
const HUBER_ROUNDS = 15
const HUBER_WIDTH = 0.3

/** Measured value of an output, or undefined where the run lacks it. Step: ms per token and sequence. */
export function measuredValue(output: Output, run: MeasuredRun): number | undefined {
  if (output === 'step') return (1e3 * run.batch) / run.tokensPerSecond
  if (output === 'itl') return run.itlMs
  if (output === 'itlP95') return run.itlP95Ms
  return run.powerWatts
}

/**
 * Coefficients of the physics terms by non-negative least squares on relative errors, groups
 * weighted by 1/sqrt(size), with Huber weights re-estimated fifteen times.
 */
export function fitBase(groups: readonly TrainingGroup[], output: Output): number[] {
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
    const gram = new Float64Array(k * k)
    const moment = new Float64Array(k)
    for (const { ratio, weight, huber } of rows) {
      for (let i = 0; i < k; i++) {
        moment[i]! += weight * huber * ratio[i]!
        for (let j = 0; j < k; j++) gram[i * k + j]! += weight * huber * ratio[i]! * ratio[j]!
      }
    }
    x = nonNegativeLeastSquares(gram, moment)
    for (const row of rows) {
      const error = Math.abs(1 - row.ratio.reduce((sum, r, i) => sum + r * x[i]!, 0))
      row.huber = error > HUBER_WIDTH ? HUBER_WIDTH / error : 1
    }
  }
  return [...x]
}

/** log of the base of one described row. */
export function logBase(
  described: Described,
  row: number,
  base: readonly number[],
  gpu: GpuSpec,
  gpus: number,
): number {
  if (base.length === 0) return Math.log(gpu.tdpWatts * gpus)
  const k = TERMS.length
  let sum = 0
  for (let j = 0; j < k; j++) sum += base[j]! * described.terms[row * k + j]!
  return Math.log(sum)
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
  const described = groups.map((g) => describe(g.runs, g.architecture, g.gpu, step))
  const outputs = Object.fromEntries(
    OUTPUTS.map((output) => [output, learnOutput(groups, described, output, bases[output])]),
  ) as Record<Output, OutputPrior>
  const rows = groups.reduce((sum, group) => sum + group.runs.length, 0)
  return { ...about, rows, groups: groups.length, outputs, firstToken: FIRST_TOKEN }
}

function learnOutput(
  groups: readonly TrainingGroup[],
  described: readonly Described[],
  output: Output,
  base: readonly number[],
): OutputPrior {
  const evidence = groups.flatMap((group, g): Evidence[] => {
    const all = described[g]!
    const rows = group.runs.flatMap((run, row) => {
      const value = measuredValue(output, run)
      return value === undefined ? [] : [{ row, log: Math.log(value), gpus: gpusOf(run) }]
    })
    if (rows.length === 0) return []
    const d = FEATURES.length
    return [
      {
        count: rows.length,
        features: Float64Array.from(
          rows.flatMap(({ row }) => [...all.features.subarray(row * d, (row + 1) * d)]),
        ),
        batch: Float64Array.from(rows, ({ row }) => all.batch[row]!),
        gpus: Float64Array.from(rows, ({ row }) => all.gpus[row]!),
        residual: Float64Array.from(
          rows,
          ({ row, log, gpus }) => log - logBase(all, row, base, group.gpu, gpus),
        ),
      },
    ]
  })
  return { base, ...learnHyper(evidence) }
}
