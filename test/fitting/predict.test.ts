import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { curveKernel } from '../../services/fitting/curve-kernel.ts'
import { FEATURES } from '../../services/fitting/features.ts'
import { describeFor, dot, linearCovariance } from '../../services/fitting/fit-group.ts'
import { forwardInPlace } from '../../services/fitting/gaussian-process.ts'
import {
  catalogueArchitecture,
  catalogueGpu,
  type FittedGroup,
  fitGroup,
  predict,
  type Setting,
  shippedPrior,
} from '../../services/fitting/index.ts'
import { logBase } from '../../services/fitting/output-base.ts'
import { runUnderLaw, settingOf } from './law.ts'

const D = FEATURES.length
const setting = fc
  .tuple(fc.constantFrom(1, 2, 4, 8), fc.double({ min: 1, max: 2000, noNaN: true }))
  .map(([tensorParallel, batch]) => settingOf(tensorParallel, batch))

/** One candidate at a time, straight from Rasmussen and Williams 2.25 and 2.26. */
function textbook(fitted: FittedGroup, candidates: readonly Setting[]) {
  const prior = fitted.prior.outputs.step
  const own = fitted.outputs.step
  const described = describeFor(fitted, candidates)
  return candidates.map((_, row) => {
    const features = described.features.subarray(row * D, (row + 1) * D)
    const curves = Float64Array.from({ length: own.count }, (__, i) =>
      curveKernel(
        prior,
        described.batch[row]! - own.batch[i]!,
        described.gpus[row]! - own.gpus[i]!,
      ),
    )
    const known = curves.map(
      (curve, i) => curve + dot(own.linear.subarray(i * D, (i + 1) * D), features),
    )
    forwardInPlace(own.factor, own.count, known)
    const alone = prior.curveSd ** 2 + dot(linearCovariance(prior, features), features)
    return {
      mean:
        logBase(described, row, prior.base, fitted.gpu) +
        dot(own.weights, features) +
        dot(own.alpha, curves),
      sd: Math.sqrt(Math.max(0, alone - dot(known, known)) + prior.noiseSd ** 2),
    }
  })
}

describe('predict', () => {
  it('is the textbook posterior to 1e-9, for any number of runs and candidates', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Qwen3-32B', 'Qwen3-30B-A3B'),
        fc.constantFrom('H100', 'B200', 'H200'),
        fc.array(setting, { maxLength: 20 }),
        fc.array(setting, { minLength: 1, maxLength: 9 }),
        (model, gpu, measured, candidates) => {
          const runs = measured.map((s, i) => runUnderLaw(model, gpu, s, 0.05 * Math.sin(i)))
          const fitted = fitGroup(
            runs,
            catalogueArchitecture(model),
            catalogueGpu(gpu),
            shippedPrior,
          )
          const { step } = predict(fitted, candidates)
          textbook(fitted, candidates).forEach(({ mean, sd }, i) => {
            expect(Math.abs(step.logMean[i]! - mean)).toBeLessThan(1e-9)
            expect(Math.abs(step.logSd[i]! - sd)).toBeLessThan(1e-9)
          })
        },
      ),
      { numRuns: 60 },
    )
  })
})
