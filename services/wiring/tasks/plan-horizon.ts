import { type PlanningProblem, type PlanOutcome, planHorizon } from '../../planning/index.ts'
import { openSolver } from '../open-solver.ts'

/** In a worker thread: a whole plan at once, for questions that need no queue. */
export const task = async (problem: PlanningProblem): Promise<PlanOutcome> =>
  planHorizon(problem, await openSolver())
