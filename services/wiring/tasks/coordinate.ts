import { type Block, coordinate, loadHighs, type PlanningProblem } from '../../planning/index.ts'

/** In a worker thread: prices the couplings of a problem and cuts it into blocks. */
export const task = async (problem: PlanningProblem): Promise<readonly Block[]> =>
  coordinate(problem, await loadHighs())
