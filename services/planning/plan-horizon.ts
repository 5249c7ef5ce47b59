import { coordinate } from './coordinate.ts'
import { type Deadline, NO_DEADLINE } from './deadline.ts'
import type { LinearSolver } from './linear-solver.ts'
import { mergeBlocks } from './merge-blocks.ts'
import type { PlanOutcome } from './plan.ts'
import type { PlanningProblem } from './problem.ts'
import { solveBlock } from './solve-block.ts'

/** Coordinate, solve, merge, in one process: the same plan as over any number of workers. */
export function planHorizon(
  problem: PlanningProblem,
  solver: LinearSolver,
  deadline: Deadline = NO_DEADLINE,
): PlanOutcome {
  const blocks = coordinate(problem, solver, { deadline })
  const solutions = blocks.map((block) => solveBlock(block, solver, deadline))
  return mergeBlocks(problem, blocks, solutions, solver, deadline)
}
