import type { Plan, Totals } from './plan.ts'
import type { PlanningProblem } from './problem.ts'

export interface RecomputedTotals extends Totals {
  /** In the unit of `Plan.objective`. */
  readonly objective: number
}

const MS_PER_HOUR = 3_600_000
const WATT_HOURS_PER_KWH = 1000
const JOULES_PER_KWH = 3_600_000

/**
 * Energy, carbon, cost and objective again, pool by pool instead of replica by replica: first the
 * meter of every region and window, then what each kilowatt-hour counts.
 */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one pass over nested indices, clearer in one place.
export function recomputeTotals(problem: PlanningProblem, plan: Plan): RecomputedTotals {
  const { policy } = problem
  let energyKwh = 0
  let carbonG = 0
  let costUsd = 0
  let objective = 0
  for (const [t, { startMs, endMs }] of problem.windows.entries()) {
    const hours = (endMs - startMs) / MS_PER_HOUR
    const inWindow = plan.assignments.filter(({ window }) => window === t)
    for (const region of problem.regions) {
      const here = inWindow.filter((assignment) => assignment.region === region.id)
      const meter = regionMeter(problem, region, here, hours, t)
      const kwh = region.pue * meter.itKwh
      energyKwh += kwh
      carbonG += kwh * region.carbonGPerKwh[t]!
      costUsd += meter.costUsd
      const spread = region.carbonHighGPerKwh[t]! - region.carbonGPerKwh[t]!
      const risky = Math.max(0, region.carbonGPerKwh[t]! + (policy.riskAversion ?? 0) * spread)
      if (policy.objective === 'carbon') {
        const embodied = policy.countEmbodied === true ? meter.embodiedG : 0
        objective += kwh * risky + policy.carbonGPerUsd * meter.costUsd + embodied
      }
    }
  }
  if (policy.objective === 'energy') objective = energyKwh
  if (policy.objective === 'cost') objective = costUsd
  return { energyKwh, carbonG, costUsd, objective }
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one pass over nested indices, clearer in one place.
function regionMeter(
  problem: PlanningProblem,
  region: PlanningProblem['regions'][number],
  assignments: Plan['assignments'],
  hours: number,
  t: number,
) {
  let watts = 0
  let startJoules = 0
  let costUsd = 0
  let embodiedG = 0
  const reserved = region.ownership === 'reserved'
  for (const pool of region.pools) {
    let used = 0
    for (const assignment of assignments) {
      const model = problem.models.find(({ id }) => id === assignment.model)
      const point = model?.points.find(({ id }) => id === assignment.pointId)
      if (!point || point.variant.gpu !== pool.gpu) continue
      const gpus = assignment.replicas * point.gpusPerReplica
      used += gpus
      const loaded = assignment.replicas * point.idleWatts + gpus * region.hostWattsPerGpu
      watts += reserved ? Math.max(loaded, gpus * pool.parkedWatts) : loaded
      const rate = assignment.tokensPerSecond + assignment.batchTokensPerSecond
      watts += ((point.busyWatts - point.idleWatts) / point.capacityTokensPerSecond) * rate
      const charged = t > 0 || problem.policy.freeFirstStarts !== true
      if (charged) startJoules += assignment.starts * point.startJoules
    }
    if (reserved) watts += Math.max(0, pool.count - used) * pool.parkedWatts
    costUsd += (reserved ? pool.count : used) * pool.priceUsdPerHour * hours
    embodiedG += used * (pool.embodiedGPerHour ?? 0) * hours
  }
  return {
    itKwh: (watts * hours) / WATT_HOURS_PER_KWH + startJoules / JOULES_PER_KWH,
    costUsd,
    embodiedG,
  }
}
