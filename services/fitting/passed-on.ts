import { FEATURES } from './features.ts'
import type { FittedGroup } from './fit-group.ts'
import { forwardInPlace } from './gaussian-process.ts'
import type { Output } from './prior.ts'

const D = FEATURES.length
const STEP_RESIDUAL = FEATURES.indexOf('stepResidual')

/** How much of a step's log residual an output takes over. */
export const passedOn = (fitted: FittedGroup, output: Output): number =>
  fitted.outputs[output].weights[STEP_RESIDUAL]!

/** Variance of that share, given the group's runs: the prior's, less what they know of it. */
export function passedOnVariance(fitted: FittedGroup, output: Output): number {
  const { linearFactor } = fitted.prior.outputs[output]
  const { count, linear, factor } = fitted.outputs[output]
  const first = (STEP_RESIDUAL * (STEP_RESIDUAL + 1)) / 2
  const row = linearFactor.slice(first, first + STEP_RESIDUAL + 1)
  const known = Float64Array.from({ length: count }, (_, i) => linear[i * D + STEP_RESIDUAL]!)
  forwardInPlace(factor, count, known)
  return squares(row) - squares(known)
}

const squares = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let k = 0; k < values.length; k++) sum += values[k]! ** 2
  return sum
}
