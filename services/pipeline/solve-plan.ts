import type { Block, BlockSolution, LastPlan, PlanningProblem } from '../planning/index.ts'
import type { PlanStore } from '../plans/index.ts'
import type { JobQueue } from '../queue/index.ts'
import type { Frame, SolveStore, SolveTime } from '../solves/index.ts'

/** A problem in blocks; those that stand as they were have their solutions already. */
export interface Split {
  readonly blocks: readonly Block[]
  readonly known: readonly BlockSolution[]
}

export interface SolvePlanPorts {
  /** The problem as it stands now: grid, fits, demand, what runs. */
  frame(): Promise<Frame>
  /**
   * Goes on from the last plan where its windows see what they saw; else prices the couplings and
   * splits the problem. Runs off the event loop.
   */
  split(
    problem: PlanningProblem,
    options: { readonly time?: SolveTime; readonly last?: LastPlan },
  ): Promise<Split>
  readonly solves: SolveStore
  readonly plans: Pick<PlanStore, 'current'>
  readonly queue: Pick<JobQueue, 'addFlow'>
  /** Hears how many windows of a problem stand as they were, and how many are planned. */
  observe(windows: { readonly kept: number; readonly planned: number }): void
}

/**
 * grid + fits + demand -> problem -> blocks: the first half of a solve. The blocks that are not
 * solved yet are solved as jobs of their own, and the merge runs when all of them have answered or
 * given up.
 */
export async function solvePlan(
  ports: SolvePlanPorts,
  { revision }: { readonly revision: string },
): Promise<{ readonly blocks: number; readonly kept: number }> {
  const { solves, queue } = ports
  const framed = await ports.frame()
  const { problem, time } = framed
  const last = await lastPlan(ports)
  const { blocks, known } = await ports.split(problem, {
    ...(time && { time }),
    ...(last && { last }),
  })
  await solves.begin(revision, framed, blocks, known)
  // A run before this one, that died, may have split it differently: what it stored counts.
  const [stored, solutions] = [await solves.blocks(revision), await solves.solutions(revision)]
  const open = stored.filter((_, index) => solutions[index] === undefined)
  ports.observe({
    kept: windowsOf(stored.filter(({ isKept }) => isKept === true)),
    planned: windowsOf(stored.filter(({ isKept }) => isKept !== true)),
  })
  await queue.addFlow(
    { name: 'merge-plan', payload: { revision }, id: `merge-${revision}` },
    open.map(({ id }) => ({
      name: 'solve-block' as const,
      payload: { revision, blockId: id, ...(time && { time }) },
      id: `block-${revision}-${id}`,
      attempts: 3,
    })),
  )
  return { blocks: open.length, kept: stored.length - open.length }
}

const windowsOf = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, { firstWindow, endWindow }) => sum + endWindow - firstWindow, 0)

/** The plan in force with what it was made of; undefined where that is not kept, or has no prices. */
async function lastPlan({ plans, solves }: SolvePlanPorts): Promise<LastPlan | undefined> {
  const current = await plans.current()
  if (current?.outcome.status !== 'planned') return undefined
  const made = await solves.pricesOf(current.problemDigest)
  return made && { ...made, plan: current.outcome.plan }
}
