import { kgFromG } from '../domain/units.ts'
import type { BindingLimit, Plan, PlanChange } from './plan.ts'
import type { PlanningProblem } from './problem.ts'
import { type PlacementReason, runnersUp } from './runners-up.ts'

export interface PlanExplanation {
  readonly words: string
  /** Plan against the static rule of thumb. */
  readonly savingRatio: number
  readonly binding: readonly BindingLimit[]
  /** Why the schedule in force goes on, or does not; absent where there was none. */
  readonly change?: PlanChange
  readonly placements: readonly PlacementReason[]
}

/**
 * Why this plan: what it saves, which limits cost it something, and for every placement the next
 * best one and why it lost.
 */
export function explainPlan(problem: PlanningProblem, plan: Plan): PlanExplanation {
  const placements = runnersUp(problem, plan)
  const baseline = plan.baseline.carbonG
  const savingRatio = baseline > 0 ? 1 - plan.predicted.carbonG / baseline : 0
  const words = [
    `${kgFromG(plan.predicted.carbonG).toFixed(1)} kgCO2e over ${problem.windows.length} windows, ${percent(savingRatio)} less than ${plan.baseline.name}.`,
    `At most ${percent(plan.bound.gapRatio)} above the best possible (${plan.bound.kind}).`,
    plan.binding.length > 0
      ? `It would be better still, but ${plan.binding[0]!.words}.`
      : 'No limit on GPUs or replicas costs anything here.',
    ...(plan.change ? [plan.change.words] : []),
  ].join(' ')
  return {
    words,
    savingRatio,
    binding: plan.binding,
    ...(plan.change && { change: plan.change }),
    placements,
  }
}

const percent = (ratio: number): string => `${(100 * ratio).toFixed(1)} %`
