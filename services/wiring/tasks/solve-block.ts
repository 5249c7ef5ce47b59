import { type Block, type BlockSolution, loadHighs, solveBlock } from '../../planning/index.ts'

/** In a worker thread: solves one block. */
export const task = async (block: Block): Promise<BlockSolution> =>
  solveBlock(block, await loadHighs())
