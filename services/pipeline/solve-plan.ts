import type { Block, PlanningProblem } from '../planning/index.ts'
import type { JobQueue } from '../queue/index.ts'
import type { Frame, SolveStore, SolveTime } from '../solves/index.ts'

export interface SolvePlanPorts {
  /** The problem as it stands now: grid, fits, demand, what runs. */
  frame(): Promise<Frame>
  /** Prices the couplings and splits the problem; runs off the event loop. */
  coordinate(problem: PlanningProblem, time?: SolveTime): Promise<readonly Block[]>
  readonly solves: SolveStore
  readonly queue: Pick<JobQueue, 'addFlow'>
}

/**
 * grid + fits + demand -> problem -> blocks: the first half of a solve. The blocks are solved as
 * jobs of their own, and the merge runs when all of them have answered or given up.
 */
export async function solvePlan(
  { frame, coordinate, solves, queue }: SolvePlanPorts,
  { revision }: { readonly revision: string },
): Promise<{ readonly blocks: number }> {
  const framed = await frame()
  const { problem, time } = framed
  await solves.begin(revision, framed, await coordinate(problem, time))
  const kept = await solves.blocks(revision)
  await queue.addFlow(
    { name: 'merge-plan', payload: { revision }, id: `merge-${revision}` },
    kept.map(({ id }) => ({
      name: 'solve-block' as const,
      payload: { revision, blockId: id, ...(time && { time }) },
      id: `block-${revision}-${id}`,
      attempts: 3,
    })),
  )
  return { blocks: kept.length }
}
