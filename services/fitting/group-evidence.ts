import type { Evidence } from './evidence.ts'
import { type Described, describe, FEATURES, generationOf, givenStep } from './features.ts'
import { logBase, measuredValue, stepMs } from './output-base.ts'
import type { Output } from './prior.ts'
import type { TrainingGroup } from './training-group.ts'

const D = FEATURES.length

/** A group's settings as an output sees them: all but the step are given the measured step. */
export function describeGroup(
  { runs, architecture, gpu }: TrainingGroup,
  stepBase: readonly number[],
  output: Output,
): Described {
  const described = describe(runs, architecture, gpu, stepBase)
  if (output === 'step') return described
  return givenStep(
    described,
    runs.map((run) => Math.log(stepMs(run))),
  )
}

/** What a group's runs say of one output; runs that lack it are left out. */
export function evidenceFor(
  group: TrainingGroup,
  stepBase: readonly number[],
  output: Output,
  base: readonly number[],
): Evidence {
  const { runs, gpu, family } = group
  const all = describeGroup(group, stepBase, output)
  const rows = runs.flatMap((run, row) => (measuredValue(output, run) === undefined ? [] : [row]))
  const features = new Float64Array(rows.length * D)
  rows.forEach((row, i) => {
    features.set(all.features.subarray(row * D, (row + 1) * D), i * D)
  })
  return {
    count: rows.length,
    family,
    features,
    batch: Float64Array.from(rows, (row) => all.batch[row]!),
    gpus: Float64Array.from(rows, (row) => all.gpus[row]!),
    residual: Float64Array.from(
      rows,
      (row) => Math.log(measuredValue(output, runs[row]!)!) - logBase(all, row, base, gpu),
    ),
    irregularity: Math.abs(generationOf(gpu)),
  }
}
