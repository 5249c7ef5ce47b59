import type { Plan } from './plan.ts'
import { pricePlan } from './price-plan.ts'
import type { PlanningProblem } from './problem.ts'

export interface ChangeVerdict {
  readonly worth: boolean
  /** Objective the new plan saves, as expected and at the pessimistic end. */
  readonly gain: number
  readonly gainAtLeast: number
  /** Starts and margin that the gain must beat. */
  readonly switchingCost: number
  readonly words: string
}

/** Share of a gain that the fit's and the forecast's errors may take from BOTH plans alike. */
const MARGIN_RATIO = 0.002

/**
 * Hysteresis: a new plan replaces the running one only if its gain is there even at the pessimistic
 * end, and beats a margin. Starts are in both plans' objectives, so the gain is net of switching.
 *
 * Both plans see the same grids and the same fitted models, so their errors move together: the gain
 * scales with the intensity, and its lower end is the gain at the low intensity.
 *
 * @param current the running plan's assignments, cut to the problem's windows
 */
export function worthChanging(
  problem: PlanningProblem,
  current: Plan,
  candidate: Plan,
): ChangeVerdict {
  const low: PlanningProblem = {
    ...problem,
    regions: problem.regions.map((region) => ({
      ...region,
      carbonGPerKwh: region.carbonLowGPerKwh,
      carbonHighGPerKwh: region.carbonLowGPerKwh,
    })),
  }
  const gainIn = (of: PlanningProblem) =>
    pricePlan(of, current.assignments).objectiveValue -
    pricePlan(of, candidate.assignments).objectiveValue
  const gain = gainIn(problem)
  const gainAtLeast = Math.min(gain, gainIn(low))
  const switchingCost = MARGIN_RATIO * pricePlan(problem, current.assignments).objectiveValue
  const worth = gainAtLeast > switchingCost
  const words = worth
    ? `saves at least ${gainAtLeast.toPrecision(3)}, more than the margin ${switchingCost.toPrecision(3)}`
    : `would save ${gainAtLeast.toPrecision(3)} at the low end, less than the margin ${switchingCost.toPrecision(3)}`
  return { worth, gain, gainAtLeast, switchingCost, words }
}
