import type { Block } from './block.ts'
import { couplingPrices } from './coupling-prices.ts'
import { cutBlocks } from './cut-blocks.ts'
import { type Deadline, NO_DEADLINE, TIME_SHARES } from './deadline.ts'
import { isQuietBeginning } from './draft.ts'
import { horizonModel } from './horizon-model.ts'
import { compileInstance, type Instance } from './instance.ts'
import type { LinearSolver } from './linear-solver.ts'
import { type PricedFractions, pricesOf } from './prices.ts'
import type { PlanningProblem } from './problem.ts'
import { windowPrices } from './window-prices.ts'

/** Most whole-number columns of a problem that is solved at once, to a proof. */
const WHOLE_LIMIT = 150
/** The same, where limits on changes tie the windows together. */
const TIED_LIMIT = 400
/** Most replica columns of a horizon that is priced in one LP. */
const HORIZON_LIMIT = 20_000
/** The same, from which on its LP has only what a fractional plan without starts would need. */
const HULL_FROM = 1_500

export interface CoordinateOptions {
  /** Whole-number columns up to which a problem is one block; 0 cuts even the smallest. */
  readonly wholeLimit?: number
  /** Prices of windows are taken for those of others where the time will not do. */
  readonly deadline?: Deadline
}

/**
 * Cuts a problem into blocks: times batch work and prices GPUs by the fractional optimum. One block
 * per group of windows, or a single one where the whole problem is small or has a carbon budget, which ties everything together.
 *
 * @returns no blocks where even fractional replicas cannot keep the promises, or none can run
 */
export function coordinate(
  problem: PlanningProblem,
  solver: LinearSolver,
  {
    wholeLimit = isTied(problem) ? TIED_LIMIT : WHOLE_LIMIT,
    deadline = NO_DEADLINE,
  }: CoordinateOptions = {},
): Block[] {
  const instance = compileInstance(problem)
  const columns = instance.models.reduce(
    (sum, { binCount }) => sum + binCount * instance.windowCount,
    0,
  )
  // No replica could run anywhere; solvers choke on a model without columns.
  if (columns === 0) return []
  // What no plan may keep has to stop in a window in which nothing may change.
  if (instance.strandedGpus > 0 && isQuietBeginning(problem)) return []
  if (problem.policy.carbonBudgetGPerDay !== undefined) return [wholeBlock(problem)]
  if (columns <= wholeLimit) return [wholeBlock(problem)]
  const asWhole = columns <= HORIZON_LIMIT
  const priced = asWhole
    ? horizonPrices(instance, solver, columns > HULL_FROM && !isTied(problem), deadline)
    : 'late'
  if (priced === 'late') {
    const prices = windowPrices(instance, solver, deadline)
    return prices ? cutBlocks(instance, prices, couplingPrices(instance, prices), 0) : []
  }
  if (!priced) return []
  const { prices, relaxed } = priced
  return cutBlocks(instance, prices, couplingPrices(instance, prices), relaxed)
}

/**
 * Prices of the relaxed horizon, starts and batch work included; over all bins they prove a bound.
 *
 * @returns `late` where the time ran out first, undefined where there is no fractional plan
 */
function horizonPrices(
  instance: Instance,
  solver: LinearSolver,
  hullOnly: boolean,
  deadline: Deadline,
): { readonly prices: PricedFractions; readonly relaxed: number } | 'late' | undefined {
  const model = horizonModel(instance, { whole: false, hullOnly })
  const timeLimitSeconds = deadline.secondsLeft(TIME_SHARES.workPrices)
  if (timeLimitSeconds <= 0) return 'late'
  const answer = solver.solve(
    model.linear,
    Number.isFinite(timeLimitSeconds) ? { timeLimitSeconds } : {},
  )
  // Floors and quiet windows may need what the hull lacks.
  if (answer.status === 'infeasible') {
    return hullOnly ? horizonPrices(instance, solver, false, deadline) : undefined
  }
  if (answer.status !== 'optimal') return 'late'
  const relaxed = hullOnly ? 0 : answer.value + instance.constant
  return { prices: pricesOf(instance, model, answer), relaxed }
}

/** The search keeps these two limits only by holding windows together: a proof is worth more. */
const isTied = ({ policy }: PlanningProblem): boolean =>
  policy.maxChangedGpusPerWindow !== undefined || (policy.minDwellWindows ?? 1) > 1

export function wholeBlock(problem: PlanningProblem): Block {
  return {
    id: 'whole',
    kind: 'whole',
    firstWindow: 0,
    endWindow: problem.windows.length,
    problem,
    fractions: [],
    batch: [],
    gpuPrices: [],
    freeGpuPrices: [],
    workPrices: [],
    startPrices: [],
    relaxed: 0,
    base: 0,
  }
}
