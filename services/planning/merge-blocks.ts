import { assemble } from './assemble-plan.ts'
import { bindingLimits } from './binding-limits.ts'
import type { Block, BlockSolution } from './block.ts'
import { mostChangedGpus } from './changed-gpus.ts'
import { wholeBlock } from './coordinate.ts'
import { addBatch, addReplicas, type Draft, emptyDraft } from './draft.ts'
import { findRelaxation } from './find-relaxation.ts'
import { addWithGroup } from './insert-replicas.ts'
import { compileInstance, objectiveWeights } from './instance.ts'
import type { LinearSolver } from './linear-solver.ts'
import type { Plan, PlanOutcome } from './plan.ts'
import { pricePlan } from './price-plan.ts'
import type { PlanningProblem } from './problem.ts'
import { repairDraft } from './repair-draft.ts'
import { missingCapacity } from './search.ts'
import { solveBlock } from './solve-block.ts'
import { staticBaseline } from './static-baseline.ts'

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
): PlanOutcome {
  if (blocks.length === 0 || solutions.some(({ infeasible }) => infeasible === true)) {
    return findRelaxation(problem, solver)
  }
  const ordered = [...blocks].sort(
    (a, b) => a.firstWindow - b.firstWindow || (a.id < b.id ? -1 : 1),
  )
  const { draft, prices, isKept } = joinWithinLimits(problem, ordered, solutions)
  const assembled = assemble(draft)
  if (!isKept || !isComplete(draft, assembled)) {
    return blocks[0]!.kind === 'region'
      ? planExactly(problem, solver)
      : findRelaxation(problem, solver)
  }
  const bound = solutions.find((solution) => solution.bound)?.bound ?? blocks[0]!.bound
  return {
    status: 'planned',
    plan: planOf(problem, assembled, bound, bindingLimits(draft, prices)),
  }
}

/**
 * Windows are held together, in pairs, fours and so on, until the limit on changed GPUs is kept; the
 * coarsest holds all of them.
 */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one pass over nested indices, clearer in one place.
function joinWithinLimits(
  problem: PlanningProblem,
  blocks: readonly Block[],
  solutions: readonly BlockSolution[],
) {
  const instance = compileInstance(problem)
  const isWhole = blocks[0]!.kind === 'whole'
  for (let hold = isWhole ? 1 : (problem.policy.minDwellWindows ?? 1); ; hold *= 2) {
    const draft = emptyDraft(instance, hold)
    for (const block of blocks) {
      place(draft, block, solutions.find(({ blockId }) => blockId === block.id)!)
    }
    const prices = gpuPricesOf(draft, blocks)
    if (!isWhole) repairDraft(draft, prices)
    const limit = problem.policy.maxChangedGpusPerWindow ?? Number.POSITIVE_INFINITY
    const isKept = isWhole || mostChangedGpus(draft) <= limit
    if (isKept || hold >= instance.windowCount) return { draft, prices, isKept }
  }
}

function isComplete(draft: Draft, { unserved }: ReturnType<typeof assemble>): boolean {
  if (unserved.length > 0) return false
  return draft.instance.models.every((_, m) =>
    draft.instance.problem.windows.every((__, t) => missingCapacity(draft, m, t) <= 0),
  )
}

/** Where the search leaves a promise open, branch and bound settles whether it can be kept. */
function planExactly(problem: PlanningProblem, solver: LinearSolver): PlanOutcome {
  const block = wholeBlock(problem)
  return mergeBlocks(problem, [block], [solveBlock(block, solver)], solver)
}

function planOf(
  problem: PlanningProblem,
  { assignments, flows, batch }: ReturnType<typeof assemble>,
  bound: Block['bound'],
  binding: Plan['binding'],
): Plan {
  const { predicted, objectiveValue } = pricePlan(problem, assignments)
  const weights = objectiveWeights(problem.policy)
  const proven = Math.min(bound.value, objectiveValue)
  return {
    windows: problem.windows,
    assignments,
    flows,
    batch,
    predicted,
    baseline: staticBaseline(problem),
    bound: {
      carbonG: weights.carbon > 0 ? proven : 0,
      kind: bound.kind,
      gapRatio: objectiveValue > 0 ? (objectiveValue - proven) / objectiveValue : 0,
    },
    objective: {
      unit: weights.carbon > 0 ? 'gCO2e' : weights.energy > 0 ? 'kWh' : 'USD',
      value: objectiveValue,
      bound: proven,
    },
    binding,
  }
}

const ignore = (): void => undefined

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one pass over nested indices, clearer in one place.
function place(draft: Draft, block: Block, solution: BlockSolution): void {
  const { models, problem } = draft.instance
  for (const { region, model, pointId, values } of solution.replicas) {
    const m = models.findIndex(({ id }) => id === model)
    const bins = models[m]!
    const b = bins.point.findIndex(
      (point, bin) => point.id === pointId && problem.regions[bins.region[bin]!]!.id === region,
    )
    for (const [i, count] of values.entries()) {
      const t = block.firstWindow + i
      if (draft.groupFirst[t] !== t && block.kind === 'region') continue
      for (let n = 0; n < count; n++) {
        if (block.kind === 'region') addWithGroup(draft, m, t, b, ignore)
        else addReplicas(draft, m, t, b, 1)
      }
    }
  }
  for (const { work, values } of solution.batch) {
    const j = problem.batch.findIndex(({ id }) => id === work)
    for (const [i, rate] of values.entries()) addBatch(draft, j, block.firstWindow + i, rate)
  }
}

function gpuPricesOf(draft: Draft, blocks: readonly Block[]): Float64Array {
  const { pools, windowCount, problem } = draft.instance
  const prices = new Float64Array(windowCount * pools.length)
  for (const block of blocks) {
    const region = problem.regions.findIndex(({ id }) => id === block.problem.regions[0]?.id)
    const own = pools.flatMap((pool, p) => (pool.region === region ? [p] : []))
    for (const [i, series] of block.gpuPrices.entries()) {
      for (const [k, price] of series.entries()) {
        prices[(block.firstWindow + k) * pools.length + own[i]!] = price
      }
    }
  }
  return prices
}
