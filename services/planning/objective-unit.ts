import type { Plan } from './plan.ts'
import type { PlanningPolicy } from './problem.ts'

const UNITS = { carbon: 'gCO2e', energy: 'kWh', cost: 'USD' } as const

/** What the numbers of this policy's objective are. */
export const objectiveUnit = ({ objective }: PlanningPolicy): Plan['objective']['unit'] =>
  UNITS[objective]
