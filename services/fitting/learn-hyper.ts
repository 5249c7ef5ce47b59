import type { Evidence } from './evidence.ts'
import { FEATURES } from './features.ts'
import { choleskyInPlace } from './gaussian-process.ts'
import { groupScales, hyperOf, penalty, startOfHypers } from './hyper.ts'
import { learnFamilyShare } from './learn-family-share.ts'
import { lowerTriangle } from './linear-covariance.ts'
import { marginalLikelihood } from './marginal-likelihood.ts'
import type { OutputPrior } from './prior.ts'
import { minimise } from './quasi-newton.ts'

const D = FEATURES.length
const MAX_STEPS = 80
/** Keeps the factor of the weights' covariance away from singular. */
const JITTER = 1e-10

/** Maximum a posteriori hyper-parameters, and the weights' posterior under them. */
export function learnHyper(groups: readonly Evidence[]): Omit<OutputPrior, 'base'> {
  const best = minimise((x) => cost(groups, x), startOfHypers(), MAX_STEPS)
  const hyper = hyperOf(best.x)
  const { mean, covariance } = marginalLikelihood(groups, hyper)
  const scales = groupScales(hyper)
  for (let i = 0; i < D; i++) covariance[i * D + i]! += scales[i]! ** 2 + JITTER
  choleskyInPlace(covariance, D)
  return {
    featureMean: [...mean],
    linearFactor: lowerTriangle(covariance),
    groupSd: [...scales],
    familyShare: learnFamilyShare(groups, hyper),
    curveSd: hyper.curveSd,
    batchLength: hyper.batchLength,
    gpusLength: hyper.gpusLength,
    noiseSd: hyper.noiseSd,
    curveGrowth: hyper.curveGrowth,
    noiseGrowth: hyper.noiseGrowth,
  }
}

function cost(groups: readonly Evidence[], x: Float64Array) {
  const own = penalty(x)
  const { logEvidence, gradient } = marginalLikelihood(groups, hyperOf(x))
  return {
    value: own.value - logEvidence,
    gradient: own.gradient.map((g, i) => g - gradient[i]!),
  }
}
