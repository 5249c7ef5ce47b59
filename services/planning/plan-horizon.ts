import { coordinate } from './coordinate.ts'
import type { LinearSolver } from './linear-solver.ts'
import { mergeBlocks } from './merge-blocks.ts'
import type { PlanOutcome } from './plan.ts'
import type { PlanningProblem } from './problem.ts'
import { solveBlock } from './solve-block.ts'

/** Coordinate, solve, merge, in one process: the same plan as over any number of workers. */
export function planHorizon(problem: PlanningProblem, solver: LinearSolver): PlanOutcome {
  const blocks = coordinate(problem, solver)
  const solutions = blocks.map((block) => solveBlock(block, solver))
  return mergeBlocks(problem, blocks, solutions, solver)
}
