import type { Block, BlockSolution, PointSeries, WorkSeries } from './block.ts'
import { groupBy } from './group-by.ts'
import type { Plan } from './plan.ts'
import { placeKey } from './point-series.ts'
import type { PlanningProblem } from './problem.ts'

/** A plan, what it was made for, and its prices: the next one begins from it. Plain JSON. */
export interface LastPlan {
  readonly problem: PlanningProblem
  readonly plan: Plan
  readonly prices: PlanPrices
}

/** What tied the windows of a plan together, and what each of them proved at these prices. */
export interface PlanPrices {
  /** By window: what it adds to the bound; null where there was no time to search it. */
  readonly shares: readonly (number | null)[]
  /** Objective of one GPU for a window, [pool][window], with work when it is timed. */
  readonly gpuPrices: readonly (readonly number[])[]
  /** Objective of one start, where that has a price. */
  readonly startPrices: readonly PointSeries[]
  /** Objective of one token, and tokens/s. */
  readonly works: readonly (WorkSeries & { readonly price: number })[]
}

/**
 * Puts together what the blocks of a plan were told and what they proved.
 *
 * @param solutions one per block, in any order
 * @returns undefined where the plan was made in one block, without prices
 */
export function planPrices(
  blocks: readonly Block[],
  solutions: readonly BlockSolution[],
): PlanPrices | undefined {
  if (blocks.some(({ kind }) => kind === 'whole')) return undefined
  const ordered = [...blocks].sort((a, b) => a.firstWindow - b.firstWindow)
  const last = ordered.at(-1)
  if (!last) return undefined
  const solutionOf = new Map(solutions.map((solution) => [solution.blockId, solution]))
  const shares = ordered.flatMap((block) => {
    const solution = solutionOf.get(block.id)!
    const isRough = block.isCutShort === true || solution.isCutShort === true
    return solution.shares!.map((share) => (isRough ? null : share))
  })
  const starts = joined<PointSeries>(ordered, ({ startPrices }) => startPrices, placeKey)
  const rates = joined(
    ordered,
    ({ batch }) => batch,
    ({ work }) => work,
  )
  const prices = new Map(
    ordered.flatMap(({ problem, workPrices }) =>
      problem.batch.map(({ id }, j) => [id, workPrices[j]!] as const),
    ),
  )
  return {
    shares,
    gpuPrices: last.gpuPrices.map((_, p) => ordered.flatMap(({ gpuPrices }) => gpuPrices[p]!)),
    startPrices: starts,
    works: [...prices].map(([work, price]) => ({
      work,
      price,
      values: rates.find((of) => of.work === work)?.values ?? shares.map(() => 0),
    })),
  }
}

/** One series of the whole horizon for each key, 0 in windows of blocks that have none. */
function joined<S extends { readonly values: readonly number[] }>(
  blocks: readonly Block[],
  seriesOf: (block: Block) => readonly S[],
  keyOf: (series: S) => string,
): S[] {
  const parts = blocks.flatMap((block) => seriesOf(block).map((series) => ({ block, series })))
  const length = blocks.at(-1)!.endWindow
  return [...groupBy(parts, ({ series }) => keyOf(series)).values()].map((own) => {
    const values = Array.from({ length }, () => 0)
    for (const { block, series } of own) {
      // Prices of starts have one value more, which the next block has first.
      for (let t = block.firstWindow; t < block.endWindow; t++) {
        values[t] = series.values[t - block.firstWindow]!
      }
    }
    return { ...own[0]!.series, values }
  })
}
