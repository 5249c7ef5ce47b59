import { FEATURES } from './features.ts'
import type { FittedGroup } from './fit-group.ts'
import type { Output } from './prior.ts'

const STEP_RESIDUAL = FEATURES.indexOf('stepResidual')

/** How much of a step's log residual an output takes over. */
export const passedOn = (fitted: FittedGroup, output: Output): number =>
  fitted.outputs[output].weights[STEP_RESIDUAL]!
