import { type Assembled, assemble } from './assemble-plan.ts'
import { bindingLimits } from './binding-limits.ts'
import type { Block, BlockSolution, ProvenBound } from './block.ts'
import { wholeBlock } from './coordinate.ts'
import { type Deadline, isPast, NO_DEADLINE, TIME_SHARES } from './deadline.ts'
import type { Draft } from './draft.ts'
import { findRelaxation } from './find-relaxation.ts'
import { joinBlocks } from './join-blocks.ts'
import type { LinearSolver } from './linear-solver.ts'
import { overBudget } from './over-budget.ts'
import type { PlanOutcome } from './plan.ts'
import type { PlanningProblem } from './problem.ts'
import { missingCapacity } from './search.ts'
import { solveWhole } from './solve-whole.ts'
import { writePlan } from './write-plan.ts'

/** A proof of what the search left open may take this long. */
const SETTLE_SECONDS = 20

/**
 * Joins solved blocks into one plan: repairs what the regions left to each other, improves across
 * regions and block borders, routes exactly, and says how far from the best the result can be.
 *
 * @param blocks what `coordinate` returned, in any order
 * @param solutions one per block, in any order
 */
export function mergeBlocks(
  problem: PlanningProblem,
  blocks: readonly Block[],
  solutions: readonly BlockSolution[],
  solver: LinearSolver,
  deadline: Deadline = NO_DEADLINE,
): PlanOutcome {
  const dirty = solutions.find(({ leastCarbonGPerDay }) => leastCarbonGPerDay !== undefined)
  if (dirty) return overBudget(problem, dirty.leastCarbonGPerDay!)
  if (blocks.length === 0 || solutions.some(({ infeasible }) => infeasible === true)) {
    return findRelaxation(problem, solver)
  }
  const ordered = [...blocks].sort((a, b) => a.firstWindow - b.firstWindow)
  const { draft, prices, isKept, isCutShort } = joinBlocks(problem, ordered, solutions, deadline)
  const assembled = assemble(draft)
  if (!isKept || !isComplete(draft, assembled)) {
    return blocks[0]!.kind === 'windows'
      ? planExactly(problem, solver)
      : findRelaxation(problem, solver)
  }
  const plan = writePlan(problem, assembled, boundOf(ordered, solutions), [
    ...solutions.flatMap(({ binding = [] }) => binding),
    ...bindingLimits(draft, prices, () => isPast(deadline, TIME_SHARES.search)),
  ])
  const parts = [...blocks, ...solutions]
  const isEarly = isCutShort || parts.some((part) => part.isCutShort === true)
  return { status: 'planned', plan: isEarly ? { ...plan, isCutShort: true } : plan }
}

/** What a solver proved of the whole, or the better of the relaxation and all shares together. */
function boundOf(blocks: readonly Block[], solutions: readonly BlockSolution[]): ProvenBound {
  const whole = solutions.find(({ bound }) => bound)?.bound
  if (whole) return whole
  const { relaxed, base } = blocks[0]!
  // In the order of windows: in that of workers the sum would be rounded otherwise.
  const sharesOf = new Map(solutions.map(({ blockId, shares }) => [blockId, shares!]))
  const shares = blocks.flatMap(({ id }) => sharesOf.get(id)!)
  const value = shares.reduce((sum, share) => sum + share, base)
  return value > relaxed
    ? { value, kind: 'Lagrangian, whole replicas' }
    : { value: relaxed, kind: 'linear relaxation' }
}

function isComplete(draft: Draft, { unserved }: Assembled): boolean {
  if (unserved.length > 0) return false
  return draft.instance.models.every((_, m) =>
    draft.instance.problem.windows.every((__, t) => missingCapacity(draft, m, t) <= 0),
  )
}

/** Where the search leaves a promise open, branch and bound settles whether it can be kept. */
function planExactly(problem: PlanningProblem, solver: LinearSolver): PlanOutcome {
  const block = wholeBlock(problem)
  return mergeBlocks(problem, [block], [solveWhole(block, solver, SETTLE_SECONDS)], solver)
}
