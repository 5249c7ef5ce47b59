import { FEATURES } from './features.ts'
import { choleskyInPlace } from './gaussian-process.ts'
import { evidenceFor } from './group-evidence.ts'
import { absorb, addInformation, conditionOn, informationOf, nothingKnown } from './information.ts'
import { lowerTriangle, squareOf } from './linear-covariance.ts'
import { OUTPUTS, type Output, type OutputPrior, type Prior } from './prior.ts'
import { suitPrior } from './suit-prior.ts'
import type { TrainingGroup } from './training-group.ts'

const D = FEATURES.length
const JITTER = 1e-8

/**
 * The prior of a group whose family was measured elsewhere: on another GPU, in another number
 * format or under another workload. What sets a family apart moves with it (`familyShare` of the
 * groups' variance); what is a group's own does not, nor do its curves.
 *
 * A prior that was learned from the same relatives has heard of them already: its shared weights
 * are then a little too sure.
 */
export function informPrior(prior: Prior, relatives: readonly TrainingGroup[]): Prior {
  if (relatives.length === 0) return prior
  const outputs = Object.fromEntries(
    OUTPUTS.map((output) => [output, informOutput(prior, output, relatives)]),
  ) as Record<Output, OutputPrior>
  return { ...prior, outputs }
}

function informOutput(
  prior: Prior,
  output: Output,
  relatives: readonly TrainingGroup[],
): OutputPrior {
  const own = prior.outputs[output]
  const ownSd = Float64Array.from(own.groupSd, (sd) => sd * Math.sqrt(1 - own.familyShare))
  const known = relatives.reduce((sum, relative) => {
    const shape = suitPrior(prior, relative.gpu, 0).outputs[output]
    const evidence = evidenceFor(relative, prior.outputs.step.base, output, own.base)
    return addInformation(sum, absorb(informationOf(evidence, shape), ownSd))
  }, nothingKnown())
  const covariance = squareOf(own.linearFactor)
  for (let k = 0; k < D; k++) covariance[k * D + k]! -= ownSd[k]! ** 2
  const posterior = conditionOn(own.featureMean, covariance, known)
  for (let k = 0; k < D; k++) posterior.covariance[k * D + k]! += ownSd[k]! ** 2 + JITTER
  choleskyInPlace(posterior.covariance, D)
  return {
    ...own,
    featureMean: [...posterior.mean],
    linearFactor: lowerTriangle(posterior.covariance),
    groupSd: [...ownSd],
    familyShare: 0,
  }
}
