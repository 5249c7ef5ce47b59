import type { Block, BlockSolution } from './block.ts'
import { coordinate } from './coordinate.ts'
import { type Deadline, NO_DEADLINE } from './deadline.ts'
import type { LinearSolver } from './linear-solver.ts'
import { mergeBlocks } from './merge-blocks.ts'
import type { PlanOutcome } from './plan.ts'
import type { PlanningProblem } from './problem.ts'
import { solveWhole } from './solve-whole.ts'
import { solveWindows } from './solve-windows.ts'

/** A proof that takes longer than this is given up; the best answer so far stands. */
const PROOF_SECONDS = 5

/** A block of a problem without a carbon budget. */
export const solveFreely = (
  block: Block,
  solver: LinearSolver,
  deadline: Deadline = NO_DEADLINE,
): BlockSolution =>
  block.kind === 'whole'
    ? solveWhole(block, solver, PROOF_SECONDS, deadline)
    : solveWindows(block, deadline)

/** All steps of a problem without a carbon budget. */
export function planFreely(problem: PlanningProblem, solver: LinearSolver): PlanOutcome {
  const blocks = coordinate(problem, solver)
  const solutions = blocks.map((block) => solveFreely(block, solver))
  return mergeBlocks(problem, blocks, solutions, solver)
}
