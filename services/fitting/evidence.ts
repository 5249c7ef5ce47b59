/** What one group says of one output: inputs and log residuals from the base. */
export interface Evidence {
  readonly count: number
  readonly family: string
  /** count x FEATURES. */
  readonly features: Float64Array
  readonly batch: Float64Array
  readonly gpus: Float64Array
  readonly residual: Float64Array
  /** Doublings of bandwidth between the group's GPU and the reference GPU. */
  readonly irregularity: number
}
