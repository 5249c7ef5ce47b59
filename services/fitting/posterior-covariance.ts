import { curveKernel } from './curve-kernel.ts'
import { FEATURES } from './features.ts'
import { describeFor, dot, type FittedGroup, linearCovariance } from './fit-group.ts'
import { forwardInPlace } from './gaussian-process.ts'
import type { Setting } from './measured-run.ts'
import type { Output } from './prior.ts'

const D = FEATURES.length

/** Posterior covariance of log(output) among candidates, without noise, n x n row-major. */
export function posteriorCovariance(
  fitted: FittedGroup,
  output: Output,
  candidates: readonly Setting[],
): Float64Array {
  const n = candidates.length
  const prior = fitted.prior.outputs[output]
  const { count, batch, gpus, linear, factor } = fitted.outputs[output]
  const described = describeFor(fitted, candidates)
  const featuresOf = (i: number) => described.features.subarray(i * D, (i + 1) * D)
  const spread = candidates.map((_, i) => linearCovariance(prior, featuresOf(i)))
  const whitened = candidates.map((_, i) => {
    const k = Float64Array.from({ length: count }, (__, r) => {
      const curve = curveKernel(
        prior,
        described.batch[i]! - batch[r]!,
        described.gpus[i]! - gpus[r]!,
      )
      return curve + dot(linear.subarray(r * D, (r + 1) * D), featuresOf(i))
    })
    forwardInPlace(factor, count, k)
    return k
  })
  const c = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const curve = curveKernel(
        prior,
        described.batch[i]! - described.batch[j]!,
        described.gpus[i]! - described.gpus[j]!,
      )
      const value = curve + dot(spread[i]!, featuresOf(j)) - dot(whitened[i]!, whitened[j]!)
      c[i * n + j] = value
      c[j * n + i] = value
    }
  }
  return c
}
