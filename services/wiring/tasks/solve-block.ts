import { type Block, type BlockSolution, loadHighs, solveBlock } from '../../planning/index.ts'
import type { SolveTime } from '../../solves/index.ts'
import { deadlineOf } from '../deadline-of.ts'

export interface SolveBlockTask {
  readonly block: Block
  readonly time: SolveTime | undefined
}

/** In a worker thread: solves one block. */
export const task = async ({ block, time }: SolveBlockTask): Promise<BlockSolution> =>
  solveBlock(block, await loadHighs(), deadlineOf(time))
