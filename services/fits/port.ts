import type { OperatingPoint } from '../fitting/index.ts'

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
