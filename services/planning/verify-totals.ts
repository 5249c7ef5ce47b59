import type { OperatingPoint } from '../fitting/index.ts'
import type { Assignment, Plan, Totals } from './plan.ts'
import type { PlanningProblem, PlanningRegion } from './problem.ts'
import { together } from './verify-groups.ts'

export interface RecomputedTotals extends Totals {
  /** In the unit of `Plan.objective`. */
  readonly objective: number
  readonly carbonGByWindow: readonly number[]
}

const MS_PER_HOUR = 3_600_000
const WATT_HOURS_PER_KWH = 1000
const JOULES_PER_KWH = 3_600_000

/**
 * Energy, carbon, cost and objective again, pool by pool instead of replica by replica: first the
 * meter of every region and window, then what each kilowatt-hour counts.
 */
export function recomputeTotals(problem: PlanningProblem, plan: Plan): RecomputedTotals {
  const { policy } = problem
  const sum = { energyKwh: 0, carbonG: 0, costUsd: 0, weighedG: 0 }
  const carbonGByWindow = problem.windows.map(() => 0)
  const placed = together(plan.assignments, ({ window, region }) => `${window} ${region}`)
  for (const [t, { startMs, endMs }] of problem.windows.entries()) {
    const hours = (endMs - startMs) / MS_PER_HOUR
    for (const region of problem.regions) {
      const here = placed.get(`${t} ${region.id}`) ?? []
      const meter = regionMeter(problem, region, here.map(comingOf(problem)), hours, t)
      const carbonG = meter.energyKwh * region.carbonGPerKwh[t]!
      sum.energyKwh += meter.energyKwh
      sum.carbonG += carbonG
      sum.costUsd += meter.costUsd
      sum.weighedG += weighed(problem, region, meter, t)
      carbonGByWindow[t]! += carbonG
    }
  }
  const objective = { carbon: sum.weighedG, energy: sum.energyKwh, cost: sum.costUsd }
  return { ...sum, objective: objective[policy.objective], carbonGByWindow }
}

/** What is expected to come of a load, in proportion; all of it beside deferrable work. */
const comingOf =
  ({ models, batch }: PlanningProblem) =>
  (assignment: Assignment): Assignment => {
    const { window: t, model: id } = assignment
    const demand = models.filter((model) => model.id === id).flatMap((model) => model.demand)
    const total = (of: (one: (typeof demand)[number]) => number) =>
      demand.reduce((sum, one) => sum + of(one), 0)
    const idle = total(({ tokensPerSecond: ready, expectedTokensPerSecond: coming = ready }) =>
      Math.max(0, ready[t]! - coming[t]!),
    )
    if (idle === 0 || batch.some(({ model }) => model === id)) return assignment
    const share = 1 - idle / total(({ tokensPerSecond }) => tokensPerSecond[t]!)
    return { ...assignment, tokensPerSecond: share * assignment.tokensPerSecond }
  }

interface Meter {
  /** At the grid's side: PUE is in it. */
  readonly energyKwh: number
  readonly costUsd: number
  readonly embodiedG: number
}

/** What a carbon objective counts: risk, money and manufacturing as the policy says. */
function weighed({ policy }: PlanningProblem, region: PlanningRegion, meter: Meter, t: number) {
  const spread = region.carbonHighGPerKwh[t]! - region.carbonGPerKwh[t]!
  const risky = Math.max(0, region.carbonGPerKwh[t]! + (policy.riskAversion ?? 0) * spread)
  const embodiedG = policy.countEmbodied === true ? meter.embodiedG : 0
  return meter.energyKwh * risky + policy.carbonGPerUsd * meter.costUsd + embodiedG
}

function regionMeter(
  problem: PlanningProblem,
  region: PlanningRegion,
  assignments: readonly Assignment[],
  hours: number,
  t: number,
): Meter {
  const chargeStarts = t > 0 || problem.policy.freeFirstStarts !== true
  const meter = { energyKwh: 0, costUsd: 0, embodiedG: 0 }
  const placed = assignments.flatMap((assignment) => {
    const model = problem.models.find(({ id }) => id === assignment.model)
    const point = model?.points.find(({ id }) => id === assignment.pointId)
    return point ? [{ assignment, point }] : []
  })
  for (const pool of region.pools) {
    const own = placed.filter(({ point }) => point.variant.gpu === pool.gpu)
    const used = own.reduce(
      (gpus, { assignment, point }) => gpus + assignment.replicas * point.gpusPerReplica,
      0,
    )
    const parked = region.ownership === 'reserved' ? pool.parkedWatts : 0
    let watts = Math.max(0, pool.count - used) * parked
    let startJoules = 0
    for (const { assignment, point } of own) {
      watts += drawOf(assignment, point, region.hostWattsPerGpu, parked)
      if (chargeStarts) startJoules += assignment.starts * point.startJoules
    }
    const itKwh = (watts * hours) / WATT_HOURS_PER_KWH + startJoules / JOULES_PER_KWH
    meter.energyKwh += region.pue * itKwh
    const paid = region.ownership === 'reserved' ? pool.count : used
    meter.costUsd += paid * pool.priceUsdPerHour * hours
    meter.embodiedG += used * (pool.embodiedGPerHour ?? 0) * hours
  }
  return meter
}

/** Watts of one assignment's replicas with their load: never less than their GPUs parked. */
function drawOf(
  { replicas, tokensPerSecond, batchTokensPerSecond }: Assignment,
  point: OperatingPoint,
  hostWattsPerGpu: number,
  parkedWatts: number,
): number {
  const gpus = replicas * point.gpusPerReplica
  const perToken = (point.busyWatts - point.idleWatts) / point.capacityTokensPerSecond
  return (
    Math.max(replicas * point.idleWatts + gpus * hostWattsPerGpu, gpus * parkedWatts) +
    perToken * (tokensPerSecond + batchTokensPerSecond)
  )
}
