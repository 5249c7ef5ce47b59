/**
 * A mixed-integer linear programme in compressed rows, columns and rows named by index only: no
 * text format is ever written from user input, so no name can change a model's meaning.
 *
 * minimise costs . x  subject to  rowLower <= A x <= rowUpper,  lower <= x <= upper
 */
export interface LinearModel {
  readonly columnCount: number
  readonly rowCount: number
  readonly costs: Float64Array
  readonly lower: Float64Array
  /** `Infinity` where there is none. */
  readonly upper: Float64Array
  /** 1 where the column must be whole. */
  readonly whole: Uint8Array
  readonly rowLower: Float64Array
  readonly rowUpper: Float64Array
  /** Row i has the entries [rowStarts[i], rowStarts[i + 1]) of `columns` and `values`. */
  readonly rowStarts: Int32Array
  readonly columns: Int32Array
  readonly values: Float64Array
}

export interface SolveLimits {
  /** Wall clock of the solver itself. */
  readonly timeLimitSeconds?: number
  /** Stop when (value - bound) / |value| is below; 0 asks for a proof. */
  readonly relativeGap?: number
  /**
   * A point and prices in the middle of all that are optimal will do: sooner, where a model without whole
   * numbers is large. A solver may answer with a corner all the same.
   */
  readonly interior?: boolean
}

export interface LinearAnswer {
  /** `feasible`: a point without a proof; `unknown`: the time ran out with nothing. */
  readonly status: 'optimal' | 'feasible' | 'infeasible' | 'unknown'
  /** Objective of `columnValues`; Infinity where there is no point. */
  readonly value: number
  /** No feasible point is below; -Infinity where the solver proves nothing. */
  readonly bound: number
  readonly columnValues: Float64Array
  /** d value / d row bound; zeros for whole-number models. */
  readonly rowDuals: Float64Array
}

/** A model kept inside the solver, so that a changed copy is solved from the last basis. */
export interface OpenModel {
  setCosts(costs: Float64Array): void
  setUpper(upper: Float64Array): void
  setRowBounds(rowLower: Float64Array, rowUpper: Float64Array): void
  solve(limits?: SolveLimits): LinearAnswer
  /** Frees the solver's memory; the model may not be used again. */
  close(): void
}

/** Loaded once, then synchronous: call it from a worker thread, never from the event loop. */
export interface LinearSolver {
  readonly name: string
  solve(model: LinearModel, limits?: SolveLimits): LinearAnswer
  open(model: LinearModel): OpenModel
}
