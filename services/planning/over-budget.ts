import { kgFromG } from '../domain/units.ts'
import type { PlanOutcome } from './plan.ts'
import type { PlanningProblem } from './problem.ts'

/** No plan found keeps the carbon budget; this is the least carbon that one reaches. */
export function overBudget({ policy }: PlanningProblem, leastCarbonGPerDay: number): PlanOutcome {
  const kilograms = (grams: number) => `${kgFromG(grams)} kgCO2e a day`
  const least = Math.ceil(leastCarbonGPerDay)
  return {
    status: 'infeasible',
    limit: 'carbon-budget',
    words: `the plan of least carbon found still takes ${kilograms(least)}`,
    relaxation: `carbon budget ${kilograms(policy.carbonBudgetGPerDay!)} -> ${kilograms(least)}`,
  }
}
