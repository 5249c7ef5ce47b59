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
import type { SolveTime } from '../solves/index.ts'
import { deadlineOf } from './deadline-of.ts'
import { solverThreads } from './solver-threads.ts'

/** A thread takes a second to start: so few blocks are sooner solved one after the other. */
const FEW_BLOCKS = 2

export interface ThreadedPlanOptions {
  /** By default one a core. */
  readonly threads?: number
  /** By when the best plan so far is given; absent: when the search is over. */
  readonly time?: SolveTime
}

/**
 * A plan without a queue, its blocks solved on all cores: the same plan as `planHorizon` makes, on
 * any number of threads. The caller's thread prices and merges, so it is not for an event loop that
 * others wait for.
 *
 * @param solver HiGHS where there are many blocks, since that is what the threads load
 */
export async function planInThreads(
  problem: PlanningProblem,
  solver: LinearSolver,
  { threads = availableParallelism(), time }: ThreadedPlanOptions = {},
): Promise<PlanOutcome> {
  const deadline = deadlineOf(time)
  const blocks = coordinate(problem, solver, { deadline })
  if (threads < 2 || blocks.length <= FEW_BLOCKS) {
    const solutions = blocks.map((block) => solveBlock(block, solver, deadline))
    return mergeBlocks(problem, blocks, solutions, solver, deadline)
  }
  const pool = openThreads({ threads })
  try {
    const inThread = solverThreads(pool).solveBlock
    const solutions = await Promise.all(blocks.map((block) => inThread(block, time)))
    return mergeBlocks(problem, blocks, solutions, solver, deadline)
  } finally {
    await pool.close()
  }
}
