import {
  type LastPlan,
  type LinearSolver,
  type Plan,
  type PlanningProblem,
  verifyPlan,
} from '../../../services/planning/index.ts'
import { planInThreads } from '../../../services/wiring/plan-in-threads.ts'

export interface Measured {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakMb: number
  readonly plan: Plan
  /** What the next plan can begin from; absent where it was made in one block. */
  readonly made?: LastPlan
}

export interface MeasureOptions {
  /** By when the best plan so far is wanted; absent: when the search is over. */
  readonly deadlineSeconds?: number
  readonly last?: LastPlan
}

/**
 * Plans once, on all cores, checks the plan independently, and says what it took.
 */
export async function measure(
  problem: PlanningProblem,
  solver: LinearSolver,
  { deadlineSeconds, last }: MeasureOptions = {},
): Promise<Measured> {
  const fromMs = Date.now()
  const time =
    deadlineSeconds === undefined ? undefined : { fromMs, untilMs: fromMs + 1000 * deadlineSeconds }
  const cpu = process.cpuUsage()
  const from = performance.now()
  const { outcome, made } = await planInThreads(problem, solver, {
    ...(time && { time }),
    ...(last && { last }),
  })
  const seconds = (performance.now() - from) / 1000
  const { user, system } = process.cpuUsage(cpu)
  if (outcome.status === 'infeasible') throw new Error(outcome.words)
  const { violations } = verifyPlan(problem, outcome.plan)
  if (violations.length > 0) throw new Error(`the checker refuses the plan: ${violations[0]}`)
  return {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakMb: process.resourceUsage().maxRSS / 1024,
    plan: outcome.plan,
    ...(made && { made }),
  }
}
