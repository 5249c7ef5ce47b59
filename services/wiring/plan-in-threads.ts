import { availableParallelism } from 'node:os'
import {
  type Block,
  type BlockSolution,
  continueBlocks,
  coordinate,
  type Deadline,
  type LastPlan,
  type LinearSolver,
  mergeBlocks,
  type PlanningProblem,
  type PlanOutcome,
  planPrices,
  solveBlock,
  TIME_SHARES,
} from '../planning/index.ts'
import { openThreads } from '../platform/threads.ts'
import type { SolveTime } from '../solves/index.ts'
import { deadlineOf } from './deadline-of.ts'
import { solverThreads } from './solver-threads.ts'

/** A thread takes a second to start: so few blocks are sooner solved one after the other. */
const FEW_BLOCKS = 2
/** With less time than this for all blocks, threads would only be ready when it is over. */
const THREAD_SECONDS = 2

export interface ThreadedPlanOptions {
  /** By default one a core. */
  readonly threads?: number
  /** By when the best plan so far is given; absent: when the search is over. */
  readonly time?: SolveTime | undefined
  /** What is kept of it where its windows see what they saw: the rest alone is planned anew. */
  readonly last?: LastPlan
}

/** A plan, or why there is none, and what the next one can begin from. */
export interface ThreadedPlan {
  readonly outcome: PlanOutcome
  /** Absent where the plan was made in one block, or there is none. */
  readonly made?: LastPlan
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
  options: ThreadedPlanOptions = {},
): Promise<ThreadedPlan> {
  const { time, last } = options
  const deadline = deadlineOf(time)
  const continued = last && continueBlocks(problem, last, solver)
  const blocks = continued?.blocks ?? coordinate(problem, solver, { deadline })
  const known = new Map(continued?.known.map((solution) => [solution.blockId, solution]))
  const open = blocks.filter(({ id }) => !known.has(id))
  const solved = await solveAll(open, solver, deadline, options)
  const solutions = [...known.values(), ...solved]
  const outcome = mergeBlocks(problem, blocks, solutions, solver, deadline)
  const prices = planPrices(blocks, solutions)
  return outcome.status === 'planned' && prices
    ? { outcome, made: { problem, plan: outcome.plan, prices } }
    : { outcome }
}

async function solveAll(
  blocks: readonly Block[],
  solver: LinearSolver,
  deadline: Deadline,
  { threads = availableParallelism(), time }: ThreadedPlanOptions,
): Promise<readonly BlockSolution[]> {
  const isTooLate = deadline.secondsLeft(TIME_SHARES.blocks) < THREAD_SECONDS
  if (threads < 2 || blocks.length <= FEW_BLOCKS || isTooLate) {
    return blocks.map((block) => solveBlock(block, solver, deadline))
  }
  const pool = openThreads({ threads })
  try {
    const inThread = solverThreads(pool).solveBlock
    return await Promise.all(blocks.map((block) => inThread(block, time)))
  } finally {
    await pool.close()
  }
}
