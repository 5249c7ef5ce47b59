import {
  gpusPerReplica,
  layoutId,
  type Precision,
  type Variant,
  variantId,
} from '../domain/variant.ts'
import type { Architecture, GpuSpec } from './architecture.ts'
import { enumerateVariants } from './enumerate-variants.ts'
import { firstTokenP95Ms } from './first-token.ts'
import { describeFor, type FittedGroup, fitGroup } from './fit-group.ts'
import { batchInMemory } from './fits-memory.ts'
import { type LiveFactors, UNCORRECTED } from './live-factors.ts'
import type { Setting } from './measured-run.ts'
import type { OperatingPoint } from './operating-point.ts'
import { TERMS } from './physics-terms.ts'
import { predict } from './predict.ts'
import type { Prior } from './prior.ts'
import { greatestUtilisation, waitQuantileMs } from './slot-queue.ts'
import { type StartUpRates, startUp } from './start-up.ts'

/** Per-request mean of token gaps, 95th percentile over mean: requests average over many steps. */
export const REQUEST_SPREAD = 1.05
/** One-sided 90 %: the guard that a third to a half as many broken promises cost least for. */
const DEFAULT_Z = 1.2816
/** One-sided 99 %, where waits are promised too: at 90 % four of 100 simulated fleets broke it. */
const TAIL_Z = 2.3263
/** Output lengths of chat traces vary about as much as an exponential distribution. */
const HOLD_CV = 1

interface OperatingQueryBase {
  readonly variants: readonly Variant[] | 'auto'
  /** Number format of `auto` variants; by default bf16. */
  readonly precision?: Precision
  /** Per GPU, of `auto` variants; by default none. `fitted` is then of runs under this cap. */
  readonly powerCapWatts?: number
  /** Largest replica of `auto` variants; by default 8. */
  readonly maxGpusPerReplica?: number
  readonly workload: { readonly inputTokens: number; readonly outputTokens: number }
  readonly slo: {
    readonly ttftP95Ms: number
    readonly tpotP95Ms: number
    /** Where given, capacity is what keeps this share of requests, their wait for a slot included. */
    readonly waitPercentile?: number
  }
  /** Posterior standard deviations of the guard; by default a one-sided 90 %. */
  readonly z?: number
  readonly startUp?: StartUpRates
  /** What production says of layouts, by `layoutId`. */
  readonly live?: ReadonlyMap<string, LiveFactors>
}

export type OperatingQuery = OperatingQueryBase &
  (
    | { readonly fitted: FittedGroup }
    | { readonly prior: Prior; readonly architecture: Architecture; readonly gpuSpec: GpuSpec }
  )

/**
 * What each variant sustains inside the SLO, guarded by the posterior's uncertainty.
 *
 * Per variant the largest batch is taken whose upper bounds of p95 TPOT and p95 TTFT hold and whose
 * cache fits memory; variants without one are left out, so an empty answer means that nothing
 * keeps the promise. Per-token energy falls with batch, so smaller batches are not points of their
 * own: the planner takes power as affine in load below capacity.
 *
 * With `slo.waitPercentile`, requests also wait for a slot (`slot-queue`): then the batch is taken that
 * carries most at the highest utilisation whose wait and first token together keep the promise.
 *
 * @returns in the order of the variants
 */
export function operatingPoints(query: OperatingQuery): readonly OperatingPoint[] {
  const fitted =
    'fitted' in query ? query.fitted : fitGroup([], query.architecture, query.gpuSpec, query.prior)
  const variants =
    query.variants === 'auto'
      ? enumerateVariants(
          fitted.architecture,
          fitted.gpu.name,
          query.precision ?? 'bf16',
          query.maxGpusPerReplica,
        ).map((variant) =>
          query.powerCapWatts === undefined
            ? variant
            : { ...variant, powerCapWatts: query.powerCapWatts },
        )
      : query.variants
  return variants.flatMap((variant) => {
    const point = pointOf(variant, fitted, query)
    return point ? [point] : []
  })
}

function pointOf(
  declared: Variant,
  fitted: FittedGroup,
  query: OperatingQuery,
): OperatingPoint | undefined {
  const base: Setting = { ...declared, batch: 1, ...query.workload }
  const roomFor = batchInMemory(base, fitted.architecture, fitted.gpu)
  const batches = batchGrid(Math.min(declared.maxBatch, roomFor))
  const settings = batches.map((batch) => ({ ...base, batch }))
  const live = query.live?.get(layoutId(declared)) ?? UNCORRECTED
  const bounds = boundsOf(settings, fitted, query, live)
  const loads = settings.map((_, i) => sustained(i, bounds, query.slo, settings[i]!))
  const rate = (i: number) =>
    (1e3 * batches[i]! * loads[i]!.utilisation) / (Math.exp(bounds.step.logMean[i]!) * live.step)
  const rates = [...batches.keys()].map(rate)
  const best =
    query.slo.waitPercentile === undefined
      ? rates.findLastIndex((tokens) => tokens > 0)
      : rates.indexOf(Math.max(...rates))
  const load = loads[best]
  if (!load || load.utilisation === 0) return undefined
  const batch = batches[best]!
  const variant = query.variants === 'auto' ? { ...declared, maxBatch: batch } : declared
  const gpus = gpusPerReplica(variant)
  const idleWatts = fitted.gpu.loadedIdleWatts * gpus
  const fullWatts = Math.exp(bounds.power.logMean[best]!) * live.power
  return {
    id: variantId(variant),
    variant,
    gpusPerReplica: gpus,
    capacityTokensPerSecond: rates[best]!,
    ttftP95Ms: load.ttftP95Ms,
    tpotP95Ms: load.tpotP95Ms,
    idleWatts,
    busyWatts: idleWatts + load.utilisation * Math.max(0, fullWatts - idleWatts),
    ...startUp(settings[best]!, fitted.architecture, fitted.gpu, query.startUp),
    logSdJoulesPerToken: bounds.energy.logSd[best]!,
    runs: fitted.runs,
  }
}

interface Sustained {
  /** Share of the full batch that the promise leaves, by the mean step; 0: none. */
  readonly utilisation: number
  readonly ttftP95Ms: number
  readonly tpotP95Ms: number
}

function sustained(
  i: number,
  { latency }: ReturnType<typeof boundsOf>,
  slo: OperatingQuery['slo'],
  { batch, outputTokens }: Setting,
): Sustained {
  const { ttftP95Ms, tpotP95Ms, prefillMs, stepMs, overMean } = latency(i)
  const keeps = ttftP95Ms <= slo.ttftP95Ms && tpotP95Ms <= slo.tpotP95Ms
  if (!keeps) return { utilisation: 0, ttftP95Ms, tpotP95Ms }
  if (slo.waitPercentile === undefined) return { utilisation: 1, ttftP95Ms, tpotP95Ms }
  const queue = { slots: batch, holdMs: prefillMs + outputTokens * stepMs, holdCv: HOLD_CV }
  const utilisation = greatestUtilisation(queue, slo.ttftP95Ms - ttftP95Ms, slo.waitPercentile)
  const waitMs = waitQuantileMs(queue, utilisation, slo.waitPercentile)
  // Slots are held for as long as the slowest likely step says, and prompts are part of it.
  const share = (outputTokens * stepMs) / queue.holdMs / overMean
  return { utilisation: utilisation * share, ttftP95Ms: ttftP95Ms + waitMs, tpotP95Ms }
}

/** Batches at steps of a quarter octave up to and including the most. */
function batchGrid(most: number): readonly number[] {
  const grid: number[] = []
  for (let exponent = 0; 2 ** exponent < most; exponent += 0.25) {
    const batch = Math.round(2 ** exponent)
    if (batch !== grid.at(-1)) grid.push(batch)
  }
  if (most >= 1 && grid.at(-1) !== most) grid.push(most)
  return grid
}

function boundsOf(
  settings: readonly Setting[],
  fitted: FittedGroup,
  query: OperatingQuery,
  live: LiveFactors,
) {
  const described = describeFor(fitted, settings)
  const { step, power, energy } = predict(fitted, settings, described)
  const z = query.z ?? (query.slo.waitPercentile === undefined ? DEFAULT_Z : TAIL_Z)
  const latency = (i: number) => {
    const stepMs = Math.exp(step.logMean[i]! + z * step.logSd[i]!) * live.step
    // Prefill of one prompt alone: the per-step share of `batch` sequences, times output tokens.
    const perStepMs = described.terms[i * TERMS.length + TERMS.indexOf('prefill')]!
    const { batch, outputTokens } = settings[i]!
    const prefillMs = (perStepMs * outputTokens) / batch
    const { firstToken } = fitted.prior
    const prefillLoad = (firstToken.prefill * perStepMs) / stepMs
    return {
      ttftP95Ms: firstTokenP95Ms({ prefillMs, stepMs, prefillLoad }, firstToken, z),
      tpotP95Ms: stepMs * REQUEST_SPREAD,
      prefillMs: firstToken.prefill * prefillMs,
      stepMs,
      /** The guarded step over the expected one. */
      overMean: Math.exp(z * step.logSd[i]!),
    }
  }
  return { step, power, energy, latency }
}
