import type { BatchJob, Piece, RegionOutlook } from '../../batch/index.ts'

/**
 * When to run a deferrable job, decided once, when it comes in, from the forecast of then. None of the
 * published rules knows of starts that cost.
 */
export type PlaceOnce = (job: BatchJob, forecast: RegionOutlook) => readonly Piece[]

/** A published rule for deferrable work, by the name it goes by in reports. */
export interface DeferrablePolicy {
  readonly id: string
  /** What it does, in one line. */
  readonly title: string
  /** Where the rule is published. */
  readonly source: string
  readonly place: PlaceOnce
}
