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
import { type StartUpRates, startUp } from './start-up.ts'

/** Per-request mean of token gaps, 95th percentile over mean: requests average over many steps. */
const REQUEST_SPREAD = 1.05
/** One-sided 90 %: the guard that a third to a half as many broken promises cost least for. */
const DEFAULT_Z = 1.2816

interface OperatingQueryBase {
  readonly variants: readonly Variant[] | 'auto'
  /** Number format of `auto` variants; by default bf16. */
  readonly precision?: Precision
  /** Largest replica of `auto` variants; by default 8. */
  readonly maxGpusPerReplica?: number
  readonly workload: { readonly inputTokens: number; readonly outputTokens: number }
  readonly slo: { readonly ttftP95Ms: number; readonly tpotP95Ms: number }
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
  const best = settings.findLastIndex((_, i) => {
    const { ttftP95Ms, tpotP95Ms } = bounds.latency(i)
    return ttftP95Ms <= query.slo.ttftP95Ms && tpotP95Ms <= query.slo.tpotP95Ms
  })
  if (best < 0) return undefined
  const batch = batches[best]!
  const variant = query.variants === 'auto' ? { ...declared, maxBatch: batch } : declared
  const gpus = gpusPerReplica(variant)
  const idleWatts = fitted.gpu.loadedIdleWatts * gpus
  return {
    id: variantId(variant),
    variant,
    gpusPerReplica: gpus,
    capacityTokensPerSecond: (1e3 * batch) / (Math.exp(bounds.step.logMean[best]!) * live.step),
    ...bounds.latency(best),
    idleWatts,
    busyWatts: Math.max(idleWatts, Math.exp(bounds.power.logMean[best]!) * live.power),
    ...startUp(settings[best]!, fitted.architecture, fitted.gpu, query.startUp),
    logSdJoulesPerToken: bounds.energy.logSd[best]!,
    runs: fitted.runs,
  }
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
  const z = query.z ?? DEFAULT_Z
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
    }
  }
  return { step, power, energy, latency }
}
