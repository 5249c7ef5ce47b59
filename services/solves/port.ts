import type { Block, BlockSolution, PlanningProblem, PlanPrices } from '../planning/index.ts'
import type { ZoneInput } from '../plans/index.ts'

/** From when to when a solve may take; by then the best plan so far is given. */
export interface SolveTime {
  readonly fromMs: number
  readonly untilMs: number
}

/** A problem and what a plan must later say about where it came from. */
export interface Frame {
  readonly problem: PlanningProblem
  /** SHA-256 of the problem: a plan carries it, and leads back here. */
  readonly problemDigest: string
  readonly framedAtMs: number
  readonly fleetHash: string
  readonly zones: readonly ZoneInput[]
  /** Replaces the plan of this version, or none. */
  readonly followsVersion: number
  /** Absent: as long as it takes. */
  readonly time?: SolveTime
}

/** A problem that was solved, and what its windows were priced at. */
export interface PricedProblem {
  readonly problem: PlanningProblem
  readonly prices: PlanPrices
}

/** One solve under way: the problem, its blocks and their solutions, shared by every worker. */
export interface SolveStore {
  /**
   * Stores a frame, the blocks its problem was split into, and solutions that are known already. Doing it again with the same revision
   * changes nothing, so a job that is repeated after a crash is harmless.
   *
   * @param revision names the solve, unique for ever
   */
  begin(
    revision: string,
    frame: Frame,
    blocks: readonly Block[],
    known?: readonly BlockSolution[],
  ): Promise<void>
  /** @throws NotFound where the solve was never begun or has been forgotten */
  frame(revision: string): Promise<Frame>
  /**
   * The frame a plan was made from.
   *
   * @throws NotFound where it has been forgotten
   */
  frameOf(problemDigest: string): Promise<Frame>
  /** @throws NotFound */
  block(revision: string, blockId: string): Promise<Block>
  /** All blocks, in the order they were split. */
  blocks(revision: string): Promise<readonly Block[]>
  /** The first solution of a block is kept; a repeated one is the same. */
  saveSolution(revision: string, blockId: string, solution: BlockSolution): Promise<void>
  /** One place per block, in order; undefined where a block has no solution. */
  solutions(revision: string): Promise<readonly (BlockSolution | undefined)[]>
  /** The prices of a finished solve, for the next one to go on from. */
  savePrices(revision: string, prices: PlanPrices): Promise<void>
  /** The newest solve of this problem that has prices; undefined where none has, or is kept. */
  pricesOf(problemDigest: string): Promise<PricedProblem | undefined>
  /** Deletes solves begun before `beforeMs`; plans keep what they need of them. */
  forget(beforeMs: number): Promise<void>
}
