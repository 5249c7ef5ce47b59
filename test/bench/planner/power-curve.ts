import type { FittedGroup, OperatingPoint } from '../../../services/fitting/index.ts'
import { predict } from '../../../services/fitting/index.ts'

export interface Workload {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** Watts of one replica at a load of so many output tokens/s. */
export type PowerCurve = (tokensPerSecond: number) => number

/** Steps to the doubling of the batch. */
const PER_OCTAVE = 8
const TOLERANCE = 1e-6

/**
 * The fit's own curve of power over load: at each load the batch that just carries it (batch over
 * step time, Little's law), and the power that the fit predicts of that batch. Below a batch of one the
 * replica works for a share of the time and is idle for the rest.
 *
 * @throws Error where the curve does not end in the planner's `busyWatts` at its capacity
 */
export function powerCurve(
  fitted: FittedGroup,
  point: OperatingPoint,
  workload: Workload,
): PowerCurve {
  const { maxBatch } = point.variant
  const count = Math.ceil(PER_OCTAVE * Math.log2(maxBatch))
  const batches = Array.from({ length: count + 1 }, (_, i) =>
    Math.min(maxBatch, 2 ** (i / PER_OCTAVE)),
  )
  const settings = batches.map((batch) => ({ ...point.variant, batch, ...workload }))
  const { step, power } = predict(fitted, settings)
  const knots = [
    { rate: 0, watts: point.idleWatts },
    ...batches.map((batch, i) => ({
      rate: (1e3 * batch) / Math.exp(step.logMean[i]!),
      watts: Math.max(point.idleWatts, Math.exp(power.logMean[i]!)),
    })),
  ]
  const last = knots.at(-1)!
  if (
    Math.abs(last.rate / point.capacityTokensPerSecond - 1) > TOLERANCE ||
    Math.abs(last.watts / point.busyWatts - 1) > TOLERANCE
  ) {
    throw new Error(`${point.id}: the curve ends elsewhere than the planner's point`)
  }
  return (rate) => {
    const carried = Math.min(rate, last.rate)
    const at = Math.max(
      1,
      knots.findIndex((knot) => knot.rate >= carried),
    )
    const [below, above] = [knots[at - 1]!, knots[at]!]
    const share = (carried - below.rate) / (above.rate - below.rate)
    return below.watts + share * (above.watts - below.watts)
  }
}
