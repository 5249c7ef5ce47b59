import { durationOf } from '../domain/window.ts'
import {
  compileModel,
  type ModelInstance,
  type ObjectiveWeights,
  type Pool,
} from './model-instance.ts'
import type { PlanningPolicy, PlanningProblem, PlanningRegion } from './problem.ts'
import { hash01 } from './random.ts'
import { strandedGpus } from './stranded-gpus.ts'

const SECONDS_PER_HOUR = 3600
const WATTS_PER_KILOWATT = 1000

/** Deferrable tokens, by index. */
export interface BatchInstance {
  readonly model: number
  readonly tokens: number
  readonly first: number
  readonly deadline: number
  readonly regions: Int32Array
}

/**
 * A planning problem as numbers by index, in units of its objective ("o" below: gCO2e, kWh or USD).
 * With W the o per IT kWh in a region and window, one replica in bin b costs
 * `hours * (W * fixedKw + fixedMoney)` and one token/s on it `hours * W * tokenKw * comingShare`.
 */
export interface Instance {
  readonly problem: PlanningProblem
  readonly windowCount: number
  readonly regionCount: number
  readonly hours: Float64Array
  readonly windowSeconds: Float64Array
  /** o per IT kWh, [region * windowCount + window]; PUE is in it. */
  readonly energyWeight: Float64Array
  readonly pools: readonly Pool[]
  readonly models: readonly ModelInstance[]
  readonly batch: readonly BatchInstance[]
  /** GPUs of running replicas that no plan may keep. */
  readonly strandedGpus: number
  /** o that no plan can avoid: parked reserved GPUs and their price. */
  readonly constant: number
}

export function objectiveWeights(policy: PlanningPolicy): ObjectiveWeights {
  if (policy.objective === 'energy') return { carbon: 0, energy: 1, money: 0 }
  if (policy.objective === 'cost') return { carbon: 0, energy: 0, money: 1 }
  return { carbon: 1, energy: 0, money: policy.carbonGPerUsd }
}

/**
 * @param weights what a gram, a kWh and a dollar count; by default what the policy says
 */
export function compileInstance(
  problem: PlanningProblem,
  weights: ObjectiveWeights = objectiveWeights(problem.policy),
): Instance {
  const windowCount = problem.windows.length
  const windowSeconds = Float64Array.from(problem.windows, durationOf)
  const hours = windowSeconds.map((duration) => duration / SECONDS_PER_HOUR)
  const energyWeight = new Float64Array(problem.regions.length * windowCount)
  for (const [r, region] of problem.regions.entries()) {
    for (let t = 0; t < windowCount; t++) {
      energyWeight[r * windowCount + t] = weightOf(problem, region, r, t, weights)
    }
  }
  const pools = problem.regions.flatMap((region, r) =>
    region.pools.map(({ gpu, count }) => ({ region: r, gpu, count })),
  )
  const indexOf = new Map(problem.regions.map(({ id }, index) => [id, index]))
  const modelIndex = new Map(problem.models.map(({ id }, index) => [id, index]))
  const models = problem.models.map((model) =>
    compileModel(problem, model, pools, weights, indexOf),
  )
  return {
    problem,
    windowCount,
    regionCount: problem.regions.length,
    hours,
    windowSeconds,
    energyWeight,
    pools,
    models,
    batch: problem.batch.map((work) => ({
      model: modelIndex.get(work.model)!,
      tokens: work.tokens,
      first: work.firstWindow,
      deadline: Math.min(work.deadlineWindow, windowCount),
      regions: Int32Array.from(work.regions, (id) => indexOf.get(id)!),
    })),
    strandedGpus: strandedGpus(problem, (region, model, pointId) => {
      const bins = models[modelIndex.get(model) ?? -1]
      const r = indexOf.get(region)
      return bins?.point.some(({ id }, b) => id === pointId && bins.region[b] === r) === true
    }),
    constant: constantOf(problem, energyWeight, hours, weights),
  }
}

/** gCO2e/kWh that a plan counts on: from the expected intensity to its upper quantile. */
export function plannedIntensity(
  { riskAversion = 0 }: PlanningPolicy,
  { carbonGPerKwh, carbonHighGPerKwh }: PlanningRegion,
  t: number,
): number {
  const expected = carbonGPerKwh[t]!
  return expected + riskAversion * (carbonHighGPerKwh[t]! - expected)
}

/**
 * Negative intensities count as zero: burning energy is never a reward. The anti-herd jitter only
 * ever lowers a weight, so that a bound proven with it also holds without.
 */
function weightOf(
  problem: PlanningProblem,
  region: PlanningRegion,
  r: number,
  t: number,
  weights: ObjectiveWeights,
): number {
  const { antiHerdRatio = 0 } = problem.policy
  const carbon = plannedIntensity(problem.policy, region, t)
  const jitter = 1 - antiHerdRatio * hash01(problem.seed, r, t)
  return region.pue * (weights.carbon * Math.max(0, carbon) + weights.energy) * jitter
}

function constantOf(
  problem: PlanningProblem,
  energyWeight: Float64Array,
  hours: Float64Array,
  weights: ObjectiveWeights,
): number {
  let constant = 0
  for (const [r, region] of problem.regions.entries()) {
    if (region.ownership !== 'reserved') continue
    for (const pool of region.pools) {
      const kilowatts = (pool.count * pool.parkedWatts) / WATTS_PER_KILOWATT
      const usdPerHour = pool.count * pool.priceUsdPerHour
      for (const [t, hour] of hours.entries()) {
        const energy = energyWeight[r * hours.length + t]! * kilowatts
        constant += hour * (energy + weights.money * usdPerHour)
      }
    }
  }
  return constant
}
