import type { LeverSaving } from '../accounting/index.ts'
import type { Block, BlockSolution, PlanningProblem, PlanOutcome } from '../planning/index.ts'
import type { Threads } from '../platform/threads.ts'
import type { MergeTask } from './tasks/merge-blocks.ts'

const at = (name: string) => new URL(`./tasks/${name}.ts`, import.meta.url)

/** The planner's three steps, off the event loop. */
export const solverThreads = (threads: Threads) => ({
  coordinate: (problem: PlanningProblem) =>
    threads.run<readonly Block[]>(at('coordinate'), problem),
  solveBlock: (block: Block) => threads.run<BlockSolution>(at('solve-block'), block),
  plan: (problem: PlanningProblem) => threads.run<PlanOutcome>(at('plan-horizon'), problem),
  attribute: (problem: PlanningProblem) =>
    threads.run<readonly LeverSaving[]>(at('attribute-levers'), problem),
  merge: (
    problem: PlanningProblem,
    blocks: readonly Block[],
    solutions: readonly (BlockSolution | undefined)[],
  ) => {
    const input: MergeTask = { problem, blocks, solutions }
    return threads.run<PlanOutcome>(at('merge-blocks'), input)
  },
})
