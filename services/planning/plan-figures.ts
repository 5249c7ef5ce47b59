import type { OperatingPoint } from '../fitting/index.ts'
import type { Plan } from './plan.ts'
import { pricePlan } from './price-plan.ts'
import type { PlanningProblem } from './problem.ts'
import { baselineAssignments } from './static-baseline.ts'

/** What follows from a plan window by window, and is not written in it. */
export interface PlanFigures {
  /** Expected carbon of each region, gCO2e a window, PUE and reserved idle GPUs included. */
  readonly regions: readonly { readonly id: string; readonly carbonG: readonly number[] }[]
  /** Expected carbon of the static rule of thumb in the same windows, gCO2e. */
  readonly baselineCarbonG: readonly number[]
  /** The variants it uses, as they were fitted when it was made. */
  readonly variants: readonly VariantFigures[]
}

export interface VariantFigures
  extends Pick<
    OperatingPoint,
    'capacityTokensPerSecond' | 'gpusPerReplica' | 'ttftP95Ms' | 'tpotP95Ms'
  > {
  readonly model: string
  readonly pointId: string
}

/** @param problem the one that the plan answers */
export function planFigures(problem: PlanningProblem, { assignments }: Plan): PlanFigures {
  const used = new Set(assignments.map(({ model, pointId }) => `${model} ${pointId}`))
  return {
    regions: problem.regions.map((region) => {
      const own = assignments.filter((one) => one.region === region.id)
      const { carbonGByWindow } = pricePlan({ ...problem, regions: [region] }, own)
      return { id: region.id, carbonG: carbonGByWindow }
    }),
    baselineCarbonG: pricePlan(problem, baselineAssignments(problem)).carbonGByWindow,
    variants: problem.models.flatMap(({ id: model, points }) =>
      points
        .filter(({ id }) => used.has(`${model} ${id}`))
        .map(({ id, capacityTokensPerSecond, gpusPerReplica, ttftP95Ms, tpotP95Ms }) => ({
          model,
          pointId: id,
          capacityTokensPerSecond,
          gpusPerReplica,
          ttftP95Ms,
          tpotP95Ms,
        })),
    ),
  }
}
