import { curveShape } from './curve-kernel.ts'
import type { Evidence } from './evidence.ts'
import { FEATURES } from './features.ts'
import { groupScales, HYPERS, type Hyper, ownScale } from './hyper.ts'

const D = FEATURES.length
const VARYING = FEATURES.flatMap((name, k) => (ownScale(name) === null ? [] : [k]))

/** Curve and noise variances of a group: GPUs unlike the reference are less regular. */
function variancesOf({ irregularity }: Evidence, hyper: Hyper) {
  return {
    curve: (hyper.curveSd * hyper.curveGrowth ** irregularity) ** 2,
    noise: (hyper.noiseSd * hyper.noiseGrowth ** irregularity) ** 2,
  }
}

/** Covariance of a group's residuals beyond the shared weights, count x count, lower triangle. */
export function ownCovariance(group: Evidence, hyper: Hyper): Float64Array {
  const { count, features, batch, gpus } = group
  const scales = groupScales(hyper)
  const { curve, noise } = variancesOf(group, hyper)
  const covariance = new Float64Array(count * count)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      const db = (batch[i]! - batch[j]!) / hyper.batchLength
      const dg = (gpus[i]! - gpus[j]!) / hyper.gpusLength
      let sum = curve * curveShape(Math.sqrt(3 * (db * db + dg * dg)))
      for (const k of VARYING) sum += scales[k]! ** 2 * features[i * D + k]! * features[j * D + k]!
      covariance[i * count + j] = sum
    }
    covariance[i * count + i]! += noise
  }
  return covariance
}

/**
 * Adds the derivatives of sum_ij W_ij K_ij by the logarithms of the hyper-parameters, K being a
 * group's own covariance.
 *
 * @param w symmetric, count x count
 * @param into gradient in the order of `HYPERS`
 */
export function addOwnGradient(
  group: Evidence,
  hyper: Hyper,
  w: Float64Array,
  into: Float64Array,
): void {
  const { count, features, batch, gpus, irregularity } = group
  const { curve, noise } = variancesOf(group, hyper)
  const own = { level: 0, batchSlope: 0, gpusSlope: 0, shares: 0 }
  let curves = 0
  let byBatch = 0
  let byGpus = 0
  let trace = 0
  for (let i = 0; i < count; i++) {
    trace += w[i * count + i]!
    for (let j = 0; j < count; j++) {
      const weight = w[i * count + j]!
      const db = (batch[i]! - batch[j]!) / hyper.batchLength
      const dg = (gpus[i]! - gpus[j]!) / hyper.gpusLength
      const r = Math.sqrt(3 * (db * db + dg * dg))
      const slope = 3 * curve * Math.exp(-r) * weight
      curves += curve * curveShape(r) * weight
      byBatch += slope * db * db
      byGpus += slope * dg * dg
      for (const k of VARYING)
        own[ownScale(FEATURES[k]!)!] += weight * features[i * D + k]! * features[j * D + k]!
    }
  }
  const derivatives: Partial<Record<keyof Hyper, number>> = {
    level: 2 * hyper.level ** 2 * own.level,
    batchSlope: 2 * hyper.batchSlope ** 2 * own.batchSlope,
    gpusSlope: 2 * hyper.gpusSlope ** 2 * own.gpusSlope,
    shares: 2 * hyper.shares ** 2 * own.shares,
    curveSd: 2 * curves,
    batchLength: byBatch,
    gpusLength: byGpus,
    noiseSd: 2 * noise * trace,
    curveGrowth: 2 * irregularity * curves,
    noiseGrowth: 2 * irregularity * noise * trace,
  }
  HYPERS.forEach((name, i) => {
    into[i]! += derivatives[name] ?? 0
  })
}
