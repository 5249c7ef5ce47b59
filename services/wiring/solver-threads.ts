import type { LeverSaving } from '../accounting/index.ts'
import type { OperatingPoint } from '../fitting/index.ts'
import type { Merged } from '../pipeline/merge-plan.ts'
import type { Split } from '../pipeline/solve-plan.ts'
import type {
  Block,
  BlockSolution,
  LastPlan,
  Plan,
  PlanningProblem,
  PlanOutcome,
} from '../planning/index.ts'
import type { Threads } from '../platform/threads.ts'
import type { SolveTime } from '../solves/index.ts'
import { taskModule } from './task-module.ts'
import type { FitModelTask } from './tasks/fit-model.ts'
import type { MergeTask } from './tasks/merge-blocks.ts'
import type { SolveBlockTask } from './tasks/solve-block.ts'
import type { SplitTask } from './tasks/split-problem.ts'

/** What computes for long, off the event loop: fits, the planner's three steps, whole plans. */
export const solverThreads = (threads: Threads) => ({
  fit: (input: FitModelTask) =>
    threads.run<readonly OperatingPoint[]>(taskModule('fit-model'), input),
  split: (
    problem: PlanningProblem,
    { time, last }: { readonly time?: SolveTime; readonly last?: LastPlan } = {},
  ) => {
    const input: SplitTask = { problem, time, last }
    return threads.run<Split>(taskModule('split-problem'), input)
  },
  solveBlock: (block: Block, time?: SolveTime) => {
    const input: SolveBlockTask = { block, time }
    return threads.run<BlockSolution>(taskModule('solve-block'), input)
  },
  plan: (problem: PlanningProblem, abort?: AbortSignal) =>
    threads.run<PlanOutcome>(taskModule('plan-horizon'), problem, abort),
  attribute: (problem: PlanningProblem) =>
    threads.run<readonly LeverSaving[]>(taskModule('attribute-levers'), problem),
  merge: (
    problem: PlanningProblem,
    blocks: readonly Block[],
    solutions: readonly (BlockSolution | undefined)[],
    { time, inForce }: { readonly time?: SolveTime; readonly inForce?: Plan } = {},
  ) => {
    const input: MergeTask = { problem, blocks, solutions, time, inForce }
    return threads.run<Merged>(taskModule('merge-blocks'), input)
  },
})
