import type { Block, BlockSolution } from '../planning/index.ts'
import type { SolveStore, SolveTime } from '../solves/index.ts'

export interface SolveBlockPorts {
  readonly solves: SolveStore
  /** Runs off the event loop. */
  solveBlock(block: Block, time?: SolveTime): Promise<BlockSolution>
}

interface BlockJob {
  readonly revision: string
  readonly blockId: string
  readonly time?: SolveTime
}

/** One block of windows: read it, solve it, write it down. */
export async function solveOneBlock(
  { solves, solveBlock }: SolveBlockPorts,
  { revision, blockId, time }: BlockJob,
): Promise<void> {
  const block = await solves.block(revision, blockId)
  await solves.saveSolution(revision, blockId, await solveBlock(block, time))
}
