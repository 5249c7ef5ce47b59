/** What is remembered of one variant and one quantity in production. Plain data, to be stored. */
export interface LiveBias {
  /** Running mean of log(measured / predicted). */
  readonly logBias: number
  readonly observations: number
  /** One-sided cumulative sums of the standardised surprise (Page, 1954). */
  readonly upper: number
  readonly lower: number
}

export interface LiveObservation {
  readonly measured: number
  readonly predicted: number
  /** Posterior standard deviation of log(predicted). */
  readonly logSd: number
}

export interface LiveCorrection {
  readonly bias: LiveBias
  /** Multiply predictions by this. */
  readonly factor: number
  /** The model no longer describes this variant: profile it again. */
  readonly drift: boolean
}

/** exp(0.26) is 30 %: more than that is a broken model or sensor, not a bias. */
const MAX_LOG_BIAS = 0.26
/** Weight of one new observation once settled; about twenty of them are remembered. */
const FORGETTING = 0.05
/** Slack and threshold of the cumulative sum, in deviations: shifts of one are found in about ten. */
const CUSUM_SLACK = 0.5
const CUSUM_LIMIT = 5

export const NO_BIAS: LiveBias = { logBias: 0, observations: 0, upper: 0, lower: 0 }

/**
 * Updates a variant's bias from one production measurement. Pure. The correction is clamped, so
 * that telemetry may tune a plan but never turn it over; a lasting disagreement raises `drift`.
 */
export function correctLive(bias: LiveBias, seen: LiveObservation): LiveCorrection {
  const surprise = Math.log(seen.measured / seen.predicted)
  const observations = bias.observations + 1
  const weight = Math.max(FORGETTING, 1 / observations)
  const logBias = bias.logBias + weight * (surprise - bias.logBias)
  const z = surprise / seen.logSd
  const upper = Math.max(0, bias.upper + z - CUSUM_SLACK)
  const lower = Math.max(0, bias.lower - z - CUSUM_SLACK)
  const next = { logBias, observations, upper, lower }
  return {
    bias: next,
    factor: liveFactor(next),
    drift: upper > CUSUM_LIMIT || lower > CUSUM_LIMIT,
  }
}

/** What to multiply predictions by, at most 30 % either way. */
export const liveFactor = ({ logBias }: LiveBias): number =>
  Math.exp(Math.min(MAX_LOG_BIAS, Math.max(-MAX_LOG_BIAS, logBias)))
