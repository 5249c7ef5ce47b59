import type { BindingLimit } from './plan.ts'
import type { PlanningProblem } from './problem.ts'

/** Replica counts of one point, one number per window of the block. */
export interface PointSeries {
  readonly region: string
  readonly model: string
  readonly pointId: string
  readonly values: readonly number[]
}

/** Tokens/s of one batch work over all regions, one number per window of the block. */
export interface WorkSeries {
  readonly work: string
  readonly values: readonly number[]
}

/**
 * A group of windows with its prices, cut out of the whole: small enough for one job, and plain JSON. Nothing in it depends on how many workers solve blocks.
 */
export interface Block {
  readonly id: string
  /** `windows`: all regions in some windows. `whole`: a problem small enough to be solved at once. */
  readonly kind: 'windows' | 'whole'
  /** Windows [firstWindow, endWindow) of the whole problem. */
  readonly firstWindow: number
  readonly endWindow: number
  /** Its windows as a problem of their own; batch work is cut to them, with all of its tokens. */
  readonly problem: PlanningProblem
  /** Fractional replicas at the prices' optimum. */
  readonly fractions: readonly PointSeries[]
  readonly batch: readonly WorkSeries[]
  /** Objective of one GPU for a window, [pool][window], with work when it is timed. */
  readonly gpuPrices: readonly (readonly number[])[]
  /** The same with work free to move at its price: what the block's share of the bound takes. */
  readonly freeGpuPrices: readonly (readonly number[])[]
  /** Objective of one token of each of its problem's batch works. */
  readonly workPrices: readonly number[]
  /** Objective of one start, where that has a price: one value more than windows. */
  readonly startPrices: readonly PointSeries[]
  /** Lower bound on the whole problem's objective that its linear relaxation proves; 0 for none. */
  readonly relaxed: number
  /** Its prices are rough: the time would not do for better ones. */
  readonly isCutShort?: boolean
  /** Planned before, and none of its inputs has changed: its replicas stand. */
  readonly isKept?: boolean
  /** What the prices of all blocks prove together, beside the shares of their windows. */
  readonly base: number
}

/** Lower bound on an objective, and what proves it. */
export interface ProvenBound {
  readonly value: number
  readonly kind: string
}

export interface BlockSolution {
  readonly blockId: string
  readonly replicas: readonly PointSeries[]
  /** Rates chosen with the replicas; empty where the block's own stand. */
  readonly batch: readonly WorkSeries[]
  /** Where a block is the whole problem: what its solver proved. */
  readonly bound?: ProvenBound
  /** And objective of one GPU for a window in its relaxation, [pool][window]; absent: not known. */
  readonly gpuPrices?: readonly (readonly number[])[]
  /** And the carbon budget, where it costs something. */
  readonly binding?: readonly BindingLimit[]
  /** Where it is not: what each of its windows adds to the bound at the block's prices. */
  readonly shares?: readonly number[]
  readonly infeasible?: boolean
  /** The deadline came before the search was over. */
  readonly isCutShort?: boolean
  /** Where no plan was found that keeps the carbon budget: the least of any, g a day. */
  readonly leastCarbonGPerDay?: number
}
