import type { Architecture, GpuSpec } from './architecture.ts'
import type { MeasuredRun } from './measured-run.ts'

/** Runs of one model on one GPU under one workload, with what is known of both. */
export interface TrainingGroup {
  /** The backbone: families, not runs, are held out when a prior is judged. */
  readonly family: string
  readonly runs: readonly MeasuredRun[]
  readonly architecture: Architecture
  readonly gpu: GpuSpec
}
