import {
  type Block,
  type BlockSolution,
  loadHighs,
  mergeBlocks,
  type PlanningProblem,
  type PlanOutcome,
  solveBlock,
} from '../../planning/index.ts'

export interface MergeTask {
  readonly problem: PlanningProblem
  readonly blocks: readonly Block[]
  readonly solutions: readonly (BlockSolution | undefined)[]
}

/** In a worker thread: joins solved blocks; one that no worker managed to solve is solved here. */
export async function task({ problem, blocks, solutions }: MergeTask): Promise<PlanOutcome> {
  const solver = await loadHighs()
  const complete = blocks.map((block, index) => solutions[index] ?? solveBlock(block, solver))
  return mergeBlocks(problem, blocks, complete, solver)
}
