import { attributeSavings, type LeverSaving } from '../../accounting/index.ts'
import type { PlanningProblem } from '../../planning/index.ts'
import { openSolver } from '../open-solver.ts'

/** In a worker thread: one counterfactual plan a lever. */
export const task = async (problem: PlanningProblem): Promise<readonly LeverSaving[]> =>
  attributeSavings(problem, await openSolver())
