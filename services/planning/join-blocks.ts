import type { Block, BlockSolution, PointSeries } from './block.ts'
import { mostChangedGpus } from './changed-gpus.ts'
import type { Deadline } from './deadline.ts'
import { addBatch, addReplicas, type Draft, emptyDraft } from './draft.ts'
import { addWithGroup } from './insert-replicas.ts'
import { compileInstance } from './instance.ts'
import type { PlanningProblem } from './problem.ts'
import { repairDraft } from './repair-draft.ts'

/** A draft of the whole problem, and what the solver would give for a GPU. */
export interface Joined {
  readonly draft: Draft
  /** Objective of a GPU for a window, [window * poolCount + pool]. */
  readonly prices: Float64Array
  /** Whether the limit on changed GPUs is kept. */
  readonly isKept: boolean
  /** The deadline came before the search over regions and windows was over. */
  readonly isCutShort: boolean
}

/**
 * One draft out of all blocks, repaired where these are regions. Windows are held together, in
 * pairs, fours and so on, until the limit on changed GPUs is kept; the coarsest holds all of them.
 */
export function joinBlocks(
  problem: PlanningProblem,
  blocks: readonly Block[],
  solutions: readonly BlockSolution[],
  deadline: Deadline,
): Joined {
  const solutionOf = new Map(solutions.map((solution) => [solution.blockId, solution]))
  const pairs = blocks.map((block) => [block, solutionOf.get(block.id)!] as const)
  const whole = pairs.find(([{ kind }]) => kind === 'whole')
  return whole ? joinWhole(problem, ...whole) : joinWindows(problem, pairs, deadline)
}

function joinWhole(problem: PlanningProblem, block: Block, solution: BlockSolution): Joined {
  const draft = emptyDraft(compileInstance(problem))
  for (const series of solution.replicas) {
    const [m, b] = binOf(draft, series)
    for (const [t, count] of series.values.entries()) {
      if (t > draft.frozenUntil) addReplicas(draft, m, t, b, count)
    }
  }
  placeBatch(draft, 0, solution)
  const { gpuPrices = [] } = solution
  return {
    draft,
    prices: gpuPricesOf(draft, [{ ...block, gpuPrices }]),
    isKept: true,
    isCutShort: false,
  }
}

function joinWindows(
  problem: PlanningProblem,
  pairs: readonly (readonly [Block, BlockSolution])[],
  deadline: Deadline,
): Joined {
  const instance = compileInstance(problem)
  const open = pairs.flatMap(([{ firstWindow, endWindow, isKept = false }]) =>
    isKept ? [] : Array.from({ length: endWindow - firstWindow }, (_, i) => firstWindow + i),
  )
  const limit = problem.policy.maxChangedGpusPerWindow ?? Number.POSITIVE_INFINITY
  for (let hold = problem.policy.minDwellWindows ?? 1; ; hold *= 2) {
    const draft = emptyDraft(instance, hold)
    for (const [block, solution] of pairs) placeBlock(draft, block, solution)
    const prices = gpuPricesOf(
      draft,
      pairs.map(([block]) => block),
    )
    const isCutShort = repairDraft(draft, prices, deadline, open)
    const isKept = mostChangedGpus(draft) <= limit
    if (isKept || hold >= instance.windowCount) return { draft, prices, isKept, isCutShort }
  }
}

function placeBlock(draft: Draft, block: Block, solution: BlockSolution): void {
  for (const series of solution.replicas) {
    const [m, b] = binOf(draft, series)
    for (const [i, count] of series.values.entries()) {
      const t = block.firstWindow + i
      if (draft.groupFirst[t] !== t) continue
      for (let n = 0; n < count; n++) addWithGroup(draft, m, t, b, ignore)
    }
  }
  placeBatch(draft, block.firstWindow, solution)
}

const ignore = (): void => undefined

function placeBatch(draft: Draft, firstWindow: number, { batch }: BlockSolution): void {
  const works = draft.instance.problem.batch
  for (const { work, values } of batch) {
    const j = works.findIndex(({ id }) => id === work)
    for (const [i, rate] of values.entries()) addBatch(draft, j, firstWindow + i, rate)
  }
}

/** Indices of the model, and of the point in the region; -1 where there is none. */
export function binOf(draft: Draft, { region, model, pointId }: PointSeries): [number, number] {
  const { models, problem } = draft.instance
  const m = models.findIndex(({ id }) => id === model)
  if (m < 0) return [-1, -1]
  const { point, region: regionOf } = models[m]!
  const b = point.findIndex(
    ({ id }, bin) => id === pointId && problem.regions[regionOf[bin]!]!.id === region,
  )
  return [m, b]
}

function gpuPricesOf(draft: Draft, blocks: readonly Block[]): Float64Array {
  const { pools, windowCount } = draft.instance
  const prices = new Float64Array(windowCount * pools.length)
  for (const { firstWindow, gpuPrices } of blocks) {
    for (const [p, series] of gpuPrices.entries()) {
      for (const [i, price] of series.entries())
        prices[(firstWindow + i) * pools.length + p] = price
    }
  }
  return prices
}
