import { FEATURES } from './features.ts'

/** Unknowns of the marginal likelihood: standard deviations, length scales, and two factors. */
export interface Hyper {
  /** Of the weights that all groups share. */
  readonly weights: number
  /** Of each group's own weights, by feature: see `groupScales`. */
  readonly level: number
  readonly batchSlope: number
  readonly gpusSlope: number
  readonly shares: number
  readonly curveSd: number
  readonly batchLength: number
  readonly gpusLength: number
  readonly noiseSd: number
  /** By how much curves and noise grow per doubling of bandwidth away from the reference GPU. */
  readonly curveGrowth: number
  readonly noiseGrowth: number
}

const START: Hyper = {
  weights: 0.3,
  level: 0.15,
  batchSlope: 0.1,
  gpusSlope: 0.1,
  shares: 0.2,
  curveSd: 0.2,
  batchLength: 0.8,
  gpusLength: 1.5,
  noiseSd: 0.05,
  curveGrowth: 1.2,
  noiseGrowth: 1.2,
}

export const HYPERS = Object.keys(START) as (keyof Hyper)[]

/** First guess, logarithms in the order of `HYPERS`. */
export const startOfHypers = (): Float64Array =>
  Float64Array.from(HYPERS, (name) => Math.log(START[name]))

export const hyperOf = (x: Float64Array): Hyper =>
  Object.fromEntries(HYPERS.map((name, i) => [name, Math.exp(x[i]!)])) as unknown as Hyper

const INTERCEPT_SD = 1
const LOG_SPREAD = 1.5

/** Which unknown says how much a feature's weight differs from group to group, if it may. */
export function ownScale(feature: string): 'level' | 'batchSlope' | 'gpusSlope' | 'shares' | null {
  if (feature === 'one') return 'level'
  if (feature === 'logBatch') return 'batchSlope'
  if (feature === 'logGpus') return 'gpusSlope'
  return feature.endsWith('Share') || feature === 'stepResidual' ? 'shares' : null
}

/** Standard deviation of each feature's weight between groups. */
export const groupScales = (hyper: Hyper): Float64Array =>
  Float64Array.from(FEATURES, (name) => {
    const scale = ownScale(name)
    return scale === null ? 0 : hyper[scale]
  })

/** Standard deviation of each feature's shared weight before anything is measured. */
export const weightScales = (hyper: Hyper): Float64Array =>
  Float64Array.from(FEATURES, (name) => (name === 'one' ? INTERCEPT_SD : hyper.weights))

/** Weakly informative log-normal prior around the first guess: keeps flat directions bounded. */
export function penalty(x: Float64Array): { value: number; gradient: Float64Array } {
  const start = startOfHypers()
  const z = x.map((v, i) => (v - start[i]!) / LOG_SPREAD)
  return {
    value: z.reduce((sum, v) => sum + v * v, 0) / 2,
    gradient: z.map((v) => v / LOG_SPREAD),
  }
}
