import type { FirstTokenPrior } from './prior.ts'

/** 95th percentile of an exponential sojourn over its mean: ln 20. */
const P95_OVER_MEAN = Math.log(20)
/** Above this utilisation a queue has no steady state worth promising. */
const MAX_PREFILL_LOAD = 0.9

export interface FirstTokenLoad {
  /** Time the prompt of one request takes alone, ms. */
  readonly prefillMs: number
  /** One decode step, ms: what a request waits before its prompt is taken up. */
  readonly stepMs: number
  /** Share of engine time that goes into prompts, 0 to 1. */
  readonly prefillLoad: number
}

/**
 * Mean time to first token, ms: one running step, then the prompt behind other prompts,
 * `wait step + prefill / (1 - load)` (M/M/1 sojourn time), scaled by the prior's coefficients.
 */
export const meanFirstTokenMs = (load: FirstTokenLoad, prior: FirstTokenPrior): number =>
  prior.steps * load.stepMs +
  (prior.prefill * load.prefillMs) / (1 - Math.min(load.prefillLoad, MAX_PREFILL_LOAD))

/** Upper bound of the 95th percentile: the exponential tail on the queue, then `z` model errors. */
export const firstTokenP95Ms = (load: FirstTokenLoad, prior: FirstTokenPrior, z: number): number =>
  (prior.steps * load.stepMs +
    (P95_OVER_MEAN * prior.prefill * load.prefillMs) /
      (1 - Math.min(load.prefillLoad, MAX_PREFILL_LOAD))) *
  Math.exp(z * prior.logSd)
