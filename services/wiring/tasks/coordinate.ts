import { type Block, coordinate, loadHighs, type PlanningProblem } from '../../planning/index.ts'
import type { SolveTime } from '../../solves/index.ts'
import { deadlineOf } from '../deadline-of.ts'

export interface CoordinateTask {
  readonly problem: PlanningProblem
  readonly time: SolveTime | undefined
}

/** In a worker thread: prices the couplings of a problem and cuts it into blocks. */
export const task = async ({ problem, time }: CoordinateTask): Promise<readonly Block[]> =>
  coordinate(problem, await loadHighs(), { deadline: deadlineOf(time) })
