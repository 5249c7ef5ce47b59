import { energyOf, joules, kwhFromJoules, watts } from '../domain/units.ts'
import { durationOf } from '../domain/window.ts'
import type { OperatingPoint } from '../fitting/index.ts'
import { comingShares } from './coming-share.ts'
import { objectiveWeights, plannedIntensity } from './instance.ts'
import type { Assignment, Plan, Totals } from './plan.ts'
import type { PlanningProblem, PlanningRegion } from './problem.ts'

/** z of the 90 % quantile of a normal distribution. */
const Z90 = 1.2816
const SECONDS_PER_HOUR = 3600

/** Totals, their interval, and the objective they amount to. */
export interface PricedPlan {
  readonly predicted: Plan['predicted']
  readonly objectiveValue: number
  /** Expected, gCO2e. */
  readonly carbonGByWindow: readonly number[]
  /** PUE included, by region id, [window]. */
  readonly energyKwhByRegion: ReadonlyMap<string, Float64Array>
}

/**
 * Energy, carbon and cost of a set of assignments: replicas and their host share, load as far as it is
 * expected to come (`comingShares`), starts and the parked GPUs of reserved regions, all times PUE.
 *
 * The interval takes the intensity's quantiles and the fit's J/token quantiles to move together: an
 * upper bound on the width, since errors of many regions and models partly cancel.
 */
export function pricePlan(
  problem: PlanningProblem,
  assignments: readonly Assignment[],
): PricedPlan {
  const points = new Map(
    problem.models.flatMap(({ id, points: of }) => of.map((p) => [`${id} ${p.id}`, p])),
  )
  const regions = new Map(problem.regions.map((region) => [region.id, region]))
  const shares = new Map(problem.models.map((model) => [model.id, comingShares(problem, model)]))
  const weights = objectiveWeights(problem.policy)
  const sum = { energyKwh: 0, carbonG: 0, costUsd: 0, carbonLowG: 0, carbonHighG: 0 }
  const carbonGByWindow = problem.windows.map(() => 0)
  const energyKwhByRegion = new Map(
    problem.regions.map(({ id }) => [id, new Float64Array(problem.windows.length)]),
  )
  let embodiedG = 0
  let riskG = 0
  const add = (region: PlanningRegion, t: number, energyKwh: number, spread: number) => {
    sum.energyKwh += energyKwh
    energyKwhByRegion.get(region.id)![t]! += energyKwh
    sum.carbonG += energyKwh * region.carbonGPerKwh[t]!
    carbonGByWindow[t]! += energyKwh * region.carbonGPerKwh[t]!
    sum.carbonLowG += energyKwh * region.carbonLowGPerKwh[t]! * Math.exp(-Z90 * spread)
    sum.carbonHighG += energyKwh * region.carbonHighGPerKwh[t]! * Math.exp(Z90 * spread)
    riskG += energyKwh * Math.max(0, plannedIntensity(problem.policy, region, t))
  }
  const used = new Map<string, number>()
  for (const assignment of assignments) {
    const region = regions.get(assignment.region)!
    const point = points.get(`${assignment.model} ${assignment.pointId}`)!
    const pool = region.pools.find(({ gpu }) => gpu === point.variant.gpu)!
    const t = assignment.window
    add(
      region,
      t,
      region.pue * assignmentKwh(problem, region, point, comingOf(assignment, shares)),
      point.logSdJoulesPerToken,
    )
    const gpus = assignment.replicas * point.gpusPerReplica
    const key = `${region.id} ${pool.gpu} ${t}`
    used.set(key, (used.get(key) ?? 0) + gpus)
    const hours = durationOf(problem.windows[t]!) / SECONDS_PER_HOUR
    embodiedG += gpus * hours * (pool.embodiedGPerHour ?? 0)
    if (region.ownership === 'releasable') sum.costUsd += gpus * hours * pool.priceUsdPerHour
  }
  for (const region of problem.regions) {
    if (region.ownership === 'reserved') addReserved(problem, region, used, add, sum)
  }
  const counted = problem.policy.countEmbodied === true ? weights.carbon * embodiedG : 0
  const objectiveValue =
    weights.carbon * riskG + weights.energy * sum.energyKwh + weights.money * sum.costUsd + counted
  return { predicted: sum, objectiveValue, carbonGByWindow, energyKwhByRegion }
}

/** An assignment with the load that is expected to come. */
const comingOf = (
  assignment: Assignment,
  shares: ReadonlyMap<string, Float64Array>,
): Assignment => ({
  ...assignment,
  tokensPerSecond: assignment.tokensPerSecond * shares.get(assignment.model)![assignment.window]!,
})

/** IT energy of the replicas of one assignment: at least what their GPUs would draw parked. */
function assignmentKwh(
  problem: PlanningProblem,
  region: PlanningRegion,
  point: OperatingPoint,
  assignment: Assignment,
): number {
  const duration = durationOf(problem.windows[assignment.window]!)
  const pool = region.pools.find(({ gpu }) => gpu === point.variant.gpu)!
  const parked = region.ownership === 'reserved' ? pool.parkedWatts * point.gpusPerReplica : 0
  const fixed = Math.max(parked, point.idleWatts + region.hostWattsPerGpu * point.gpusPerReplica)
  const rate = assignment.tokensPerSecond + assignment.batchTokensPerSecond
  const load = ((point.busyWatts - point.idleWatts) * rate) / point.capacityTokensPerSecond
  const free = assignment.window === 0 && problem.policy.freeFirstStarts === true
  const starts = free ? 0 : assignment.starts * kwhFromJoules(joules(point.startJoules))
  return energyOf(watts(assignment.replicas * fixed + load), duration) + starts
}

function addReserved(
  problem: PlanningProblem,
  region: PlanningRegion,
  used: ReadonlyMap<string, number>,
  add: (region: PlanningRegion, t: number, energyKwh: number, spread: number) => void,
  sum: { costUsd: number },
): void {
  for (const pool of region.pools) {
    for (const [t, window] of problem.windows.entries()) {
      const idle = Math.max(0, pool.count - (used.get(`${region.id} ${pool.gpu} ${t}`) ?? 0))
      const duration = durationOf(window)
      add(region, t, region.pue * energyOf(watts(idle * pool.parkedWatts), duration), 0)
      sum.costUsd += (pool.count * pool.priceUsdPerHour * duration) / SECONDS_PER_HOUR
    }
  }
}

export const plainTotals = ({ energyKwh, carbonG, costUsd }: Totals): Totals => ({
  energyKwh,
  carbonG,
  costUsd,
})
