import type { Block, BlockSolution } from './block.ts'
import { type Deadline, NO_DEADLINE } from './deadline.ts'
import type { LinearSolver } from './linear-solver.ts'
import { solveFreely } from './plan-freely.ts'
import { solveWithinBudget } from './solve-within-budget.ts'

/**
 * Whole replicas for one block. Pure, and the same block gives the same answer on any worker,
 * whatever the others do (a proof that runs out of time depends on the worker's speed).
 */
export function solveBlock(
  block: Block,
  solver: LinearSolver,
  deadline: Deadline = NO_DEADLINE,
): BlockSolution {
  return block.problem.policy.carbonBudgetGPerDay === undefined
    ? solveFreely(block, solver, deadline)
    : solveWithinBudget(block, solver, deadline)
}
