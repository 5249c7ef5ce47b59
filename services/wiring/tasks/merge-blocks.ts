import {
  type Block,
  type BlockSolution,
  loadHighs,
  mergeBlocks,
  type PlanningProblem,
  type PlanOutcome,
  solveBlock,
} from '../../planning/index.ts'
import type { SolveTime } from '../../solves/index.ts'
import { deadlineOf } from '../deadline-of.ts'

export interface MergeTask {
  readonly problem: PlanningProblem
  readonly blocks: readonly Block[]
  readonly solutions: readonly (BlockSolution | undefined)[]
  readonly time: SolveTime | undefined
}

/** In a worker thread: joins solved blocks; one that no worker managed to solve is solved here. */
export async function task({ problem, blocks, solutions, time }: MergeTask): Promise<PlanOutcome> {
  const solver = await loadHighs()
  const deadline = deadlineOf(time)
  const complete = blocks.map(
    (block, index) => solutions[index] ?? solveBlock(block, solver, deadline),
  )
  return mergeBlocks(problem, blocks, complete, solver, deadline)
}
