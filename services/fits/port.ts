import type { OperatingPoint, SeenBias } from '../fitting/index.ts'

/** The operating points of one model, as last fitted. */
export interface ModelFit {
  readonly model: string
  readonly fittedAtMs: number
  /** Where the runs behind it came from, in words, e.g. `catalogue` or `12 runs of acme.csv`. */
  readonly source: string
  readonly points: readonly OperatingPoint[]
}

/** What the fitted models say, shared by every process. */
export interface FitStore {
  /** Replaces the fit of `fit.model`. */
  save(fit: ModelFit): Promise<void>
  /** Every model's newest fit, by model id. */
  all(): Promise<readonly ModelFit[]>
}

/** What production said of one layout of a model, and when. */
export interface KeptBias extends SeenBias {
  readonly model: string
  /** The model no longer describes this layout. */
  readonly drift: boolean
  readonly updatedAtMs: number
}

/** Live biases, shared by every process. */
export interface LiveBiasStore {
  of(model: string): Promise<readonly KeptBias[]>
  /**
   * @param seenAtMs `updatedAtMs` of the bias this one continues; undefined for a first one
   * @returns false, and nothing is changed, where another process was faster
   */
  save(kept: KeptBias, seenAtMs: number | undefined): Promise<boolean>
  /** Drops those that nothing has continued since. @returns how many */
  forget(beforeMs: number): Promise<number>
}
