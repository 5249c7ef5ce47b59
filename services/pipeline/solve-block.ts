import type { Block, BlockSolution } from '../planning/index.ts'
import type { SolveStore } from '../solves/index.ts'

export interface SolveBlockPorts {
  readonly solves: SolveStore
  /** Runs off the event loop. */
  solveBlock(block: Block): Promise<BlockSolution>
}

/** One block of windows: read it, solve it, write it down. */
export async function solveOneBlock(
  { solves, solveBlock }: SolveBlockPorts,
  { revision, blockId }: { readonly revision: string; readonly blockId: string },
): Promise<void> {
  const block = await solves.block(revision, blockId)
  await solves.saveSolution(revision, blockId, await solveBlock(block))
}
