import { durationOf } from '../../../services/domain/window.ts'
import type { Plan, PlanningProblem } from '../../../services/planning/index.ts'
import type { PowerCurve } from './power-curve.ts'

/** One plan's energy and carbon by the power curve, over what the planner takes, percent. */
export interface PowerError {
  readonly plan: string
  readonly energyPct: number
  readonly carbonPct: number
  /** Of capacity, mean over replica-hours. */
  readonly meanLoadPct: number
}

const JOULES_PER_KWH = 3.6e6

/** Replicas of one assignment share its load evenly, as a balancer would. */
export function powerError(
  plan: string,
  problem: PlanningProblem,
  { assignments, predicted }: Plan,
  curveOf: (model: string, pointId: string) => PowerCurve,
): PowerError {
  let [energyKwh, carbonG, load, hours] = [0, 0, 0, 0]
  for (const one of assignments) {
    if (one.replicas === 0) continue
    const region = problem.regions.find(({ id }) => id === one.region)!
    const point = problem.models
      .find(({ id }) => id === one.model)!
      .points.find(({ id }) => id === one.pointId)!
    const rate = (one.tokensPerSecond + one.batchTokensPerSecond) / one.replicas
    const share = Math.min(1, rate / point.capacityTokensPerSecond)
    const affineWatts = point.idleWatts + share * (point.busyWatts - point.idleWatts)
    const seconds = one.replicas * durationOf(problem.windows[one.window]!)
    const watts = curveOf(one.model, one.pointId)(rate) - affineWatts
    const kwh = (region.pue * watts * seconds) / JOULES_PER_KWH
    energyKwh += kwh
    carbonG += kwh * region.carbonGPerKwh[one.window]!
    load += share * seconds
    hours += seconds
  }
  const percent = (ratio: number) => Math.round(1e4 * ratio) / 100
  return {
    plan,
    energyPct: percent(energyKwh / predicted.energyKwh),
    carbonPct: percent(carbonG / predicted.carbonG),
    meanLoadPct: percent(load / hours),
  }
}
