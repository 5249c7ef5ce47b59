import { type Block, type BlockSolution, solveBlock } from '../../planning/index.ts'
import type { SolveTime } from '../../solves/index.ts'
import { deadlineOf } from '../deadline-of.ts'
import { openSolver } from '../open-solver.ts'

export interface SolveBlockTask {
  readonly block: Block
  readonly time: SolveTime | undefined
}

/** In a worker thread: solves one block. */
export const task = async ({ block, time }: SolveBlockTask): Promise<BlockSolution> =>
  solveBlock(block, await openSolver(), deadlineOf(time))
