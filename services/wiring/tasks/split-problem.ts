import type { Split } from '../../pipeline/solve-plan.ts'
import {
  continueBlocks,
  coordinate,
  type LastPlan,
  type PlanningProblem,
} from '../../planning/index.ts'
import type { SolveTime } from '../../solves/index.ts'
import { deadlineOf } from '../deadline-of.ts'
import { openSolver } from '../open-solver.ts'

export interface SplitTask {
  readonly problem: PlanningProblem
  readonly time: SolveTime | undefined
  readonly last: LastPlan | undefined
}

/** In a worker thread: what stands of the last plan and blocks for the rest, or all of it anew. */
export async function task({ problem, time, last }: SplitTask): Promise<Split> {
  const solver = await openSolver()
  const continued = last && continueBlocks(problem, last, solver)
  if (continued) return continued
  return { blocks: coordinate(problem, solver, { deadline: deadlineOf(time) }), known: [] }
}
