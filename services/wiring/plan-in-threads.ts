import { availableParallelism } from 'node:os'
import {
  coordinate,
  type LinearSolver,
  mergeBlocks,
  type PlanningProblem,
  type PlanOutcome,
  solveBlock,
} from '../planning/index.ts'
import { openThreads } from '../platform/threads.ts'
import { solverThreads } from './solver-threads.ts'

/** A thread takes a second to start: so few blocks are sooner solved one after the other. */
const FEW_BLOCKS = 2

/**
 * A plan without a queue, its blocks solved on all cores: the same plan as `planHorizon` makes, on
 * any number of threads. The caller's thread prices and merges, so it is not for an event loop that
 * others wait for.
 *
 * @param solver HiGHS where there are many blocks, since that is what the threads load
 * @param threads how many; by default one a core
 */
export async function planInThreads(
  problem: PlanningProblem,
  solver: LinearSolver,
  threads = availableParallelism(),
): Promise<PlanOutcome> {
  const blocks = coordinate(problem, solver)
  if (threads < 2 || blocks.length <= FEW_BLOCKS) {
    const solutions = blocks.map((block) => solveBlock(block, solver))
    return mergeBlocks(problem, blocks, solutions, solver)
  }
  const pool = openThreads({ threads })
  try {
    const solutions = await Promise.all(blocks.map(solverThreads(pool).solveBlock))
    return mergeBlocks(problem, blocks, solutions, solver)
  } finally {
    await pool.close()
  }
}
