import type { Variant } from '../domain/variant.ts'

/**
 * What the fitted model says of one variant at its service objective: all the planner knows of a
 * GPU. Rates are output tokens; powers are of the whole replica's GPUs (not the host), before PUE.
 */
export interface OperatingPoint {
  /** `variantId(variant)`. */
  readonly id: string
  readonly variant: Variant
  readonly gpusPerReplica: number
  /** Output tokens/s one replica sustains with its guarded p95 TTFT and TPOT inside the SLO. */
  readonly capacityTokensPerSecond: number
  /** Upper bounds at that capacity, posterior uncertainty included. */
  readonly ttftP95Ms: number
  readonly tpotP95Ms: number
  /** Weights loaded, no work. */
  readonly idleWatts: number
  /** At `capacityTokensPerSecond`. Power is taken as affine in load between the two. */
  readonly busyWatts: number
  /** From a cold node to ready: loading weights, graphs, warm-up. */
  readonly startSeconds: number
  readonly startJoules: number
  /** Posterior standard deviation of log(J/token): the width of the carbon interval. */
  readonly logSdJoulesPerToken: number
  /** Measured runs behind this point; 0 is the prior alone. */
  readonly runs: number
}
