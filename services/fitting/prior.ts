/** The four quantities fitted; J/token is power over throughput. */
export const OUTPUTS = ['step', 'itl', 'itlP95', 'power'] as const
export type Output = (typeof OUTPUTS)[number]

/**
 * What is believed of one output of a group nobody has measured: log(value) is a Gaussian process
 *
 *   log(base) + features . w + g(x) + noise,   w ~ N(featureMean, linearFactor linearFactor')
 *
 * with g a Matérn-3/2 process over (log batch, log GPUs). `linearFactor` holds both what is
 * uncertain of all groups and how groups differ from each other.
 */
export interface OutputPrior {
  /** One per physics term; the base is their sum, ms. Empty for power: the base is the TDP. */
  readonly base: readonly number[]
  readonly featureMean: readonly number[]
  /** Lower triangle, row after row. */
  readonly linearFactor: readonly number[]
  /** Standard deviation of each weight between groups; part of `linearFactor`. */
  readonly groupSd: readonly number[]
  /** Share of that variance which all groups of a model family have in common, 0 to 1. */
  readonly familyShare: number
  /** Standard deviation of g on the reference GPU, log units. */
  readonly curveSd: number
  /** Length scales of g: along (log2 batch - 6)/3 and (log2 GPUs - 1)/1.5. */
  readonly batchLength: number
  readonly gpusLength: number
  /** Run-to-run standard deviation on the reference GPU, log units. */
  readonly noiseSd: number
  /** Factors on both per doubling of memory bandwidth away from the reference GPU. */
  readonly curveGrowth: number
  readonly noiseGrowth: number
}

/** Coefficients of the time to first token: steps waited, prompt time over peak, log error. */
export interface FirstTokenPrior {
  readonly steps: number
  readonly prefill: number
  readonly logSd: number
}

export interface Prior {
  /** Data the coefficients were learned from, with licence. */
  readonly source: string
  readonly date: string
  readonly rows: number
  readonly groups: number
  readonly outputs: Readonly<Record<Output, OutputPrior>>
  /** Factor on the deviation of log(J/token), from families left out; 1 where nobody looked. */
  readonly energySpread: number
  readonly firstToken: FirstTokenPrior
}
