import type { FittedGroup } from './fit-group.ts'
import { OUTPUTS, type Output } from './prior.ts'

/** Three posterior deviations: one run in 370 by chance. */
const SUSPICIOUS_Z = 3

export interface Outlier {
  /** Index into the runs that were fitted. */
  readonly run: number
  readonly output: Output
  /** Deviations from what all other runs predict. */
  readonly z: number
}

/** Runs to measure again: those that the others contradict. */
export const outliersOf = (fitted: FittedGroup): readonly Outlier[] =>
  OUTPUTS.flatMap((output) => {
    const { z, rows } = fitted.outputs[output]
    return [...z].flatMap((value, i) =>
      Math.abs(value) > SUSPICIOUS_Z ? [{ run: rows[i]!, output, z: value }] : [],
    )
  })
