import type { Merged } from '../../pipeline/merge-plan.ts'
import {
  type Block,
  type BlockSolution,
  holdUnlessWorth,
  mergeBlocks,
  type Plan,
  type PlanningProblem,
  planPrices,
  solveBlock,
} from '../../planning/index.ts'
import type { SolveTime } from '../../solves/index.ts'
import { deadlineOf } from '../deadline-of.ts'
import { openSolver } from '../open-solver.ts'

export interface MergeTask {
  readonly problem: PlanningProblem
  readonly blocks: readonly Block[]
  readonly solutions: readonly (BlockSolution | undefined)[]
  readonly time: SolveTime | undefined
  /** The plan in force goes on unless the new one is worth the change. */
  readonly inForce: Plan | undefined
}

/** In a worker thread: joins solved blocks; one that no worker managed to solve is solved here. */
export async function task(input: MergeTask): Promise<Merged> {
  const { problem, blocks, solutions, time, inForce } = input
  const solver = await openSolver()
  const deadline = deadlineOf(time)
  const complete = blocks.map(
    (block, index) => solutions[index] ?? solveBlock(block, solver, deadline),
  )
  const outcome = mergeBlocks(problem, blocks, complete, solver, deadline)
  if (outcome.status !== 'planned') return { outcome }
  const plan = inForce ? holdUnlessWorth(problem, inForce, outcome.plan) : outcome.plan
  const prices = planPrices(blocks, complete)
  return { outcome: { status: 'planned', plan }, ...(prices && { prices }) }
}
