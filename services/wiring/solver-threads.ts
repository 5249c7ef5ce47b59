import type { LeverSaving } from '../accounting/index.ts'
import type { Block, BlockSolution, PlanningProblem, PlanOutcome } from '../planning/index.ts'
import type { Threads } from '../platform/threads.ts'
import type { SolveTime } from '../solves/index.ts'
import type { CoordinateTask } from './tasks/coordinate.ts'
import type { MergeTask } from './tasks/merge-blocks.ts'
import type { SolveBlockTask } from './tasks/solve-block.ts'

const at = (name: string) => new URL(`./tasks/${name}.ts`, import.meta.url)

/** The planner's three steps, off the event loop. */
export const solverThreads = (threads: Threads) => ({
  coordinate: (problem: PlanningProblem, time?: SolveTime) => {
    const input: CoordinateTask = { problem, time }
    return threads.run<readonly Block[]>(at('coordinate'), input)
  },
  solveBlock: (block: Block, time?: SolveTime) => {
    const input: SolveBlockTask = { block, time }
    return threads.run<BlockSolution>(at('solve-block'), input)
  },
  plan: (problem: PlanningProblem) => threads.run<PlanOutcome>(at('plan-horizon'), problem),
  attribute: (problem: PlanningProblem) =>
    threads.run<readonly LeverSaving[]>(at('attribute-levers'), problem),
  merge: (
    problem: PlanningProblem,
    blocks: readonly Block[],
    solutions: readonly (BlockSolution | undefined)[],
    time?: SolveTime,
  ) => {
    const input: MergeTask = { problem, blocks, solutions, time }
    return threads.run<PlanOutcome>(at('merge-blocks'), input)
  },
})
