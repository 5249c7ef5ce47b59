import type { Schemas } from '../../../client/index.ts'
import type { Assignment, Schedule } from './schedule.ts'

export type PlanFigures = Schemas['PlanFigures']

/** Output tokens/s that an assignment could carry; undefined where nobody knows its variant. */
export function capacityOf(
  { model, pointId, replicas }: Assignment,
  { variants }: PlanFigures,
): number | undefined {
  const variant = variants.find((one) => one.model === model && one.pointId === pointId)
  return variant && replicas * variant.capacityTokensPerSecond
}

/** Output tokens/s that all of a schedule could carry, one sum a window. */
export function capacityByWindow(
  { windows, assignments }: Schedule,
  figures: PlanFigures,
): number[] {
  const sums = windows.map(() => 0)
  for (const assignment of assignments) {
    sums[assignment.window]! += capacityOf(assignment, figures) ?? 0
  }
  return sums
}

/** Expected carbon of one region, gCO2e a window. */
export const carbonByWindow = ({ regions }: PlanFigures, region: string): readonly number[] =>
  regions.find(({ id }) => id === region)?.carbonG ?? []
