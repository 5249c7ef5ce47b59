import type { Assembled } from './assemble-plan.ts'
import type { ProvenBound } from './block.ts'
import { objectiveUnit } from './objective-unit.ts'
import type { Plan } from './plan.ts'
import { pricePlan } from './price-plan.ts'
import type { PlanningProblem } from './problem.ts'
import { staticBaseline } from './static-baseline.ts'

/** The plan of an assembled draft: priced, compared, and with its distance from the bound. */
export function writePlan(
  problem: PlanningProblem,
  { assignments, flows, batch }: Assembled,
  bound: ProvenBound,
  binding: Plan['binding'],
): Plan {
  const { predicted, objectiveValue } = pricePlan(problem, assignments)
  const proven = Math.min(bound.value, objectiveValue)
  return {
    windows: problem.windows,
    assignments,
    flows,
    batch,
    predicted,
    baseline: staticBaseline(problem),
    bound: {
      carbonG: problem.policy.objective === 'carbon' ? proven : 0,
      kind: bound.kind,
      gapRatio: objectiveValue > 0 ? (objectiveValue - proven) / objectiveValue : 0,
    },
    objective: { unit: objectiveUnit(problem.policy), value: objectiveValue, bound: proven },
    binding,
  }
}
