import type { Precision } from '../domain/variant.ts'

/** What a benchmark tool's result does not say of the replica it measured. */
export interface RunContext {
  readonly model: string
  readonly gpu: string
  readonly precision: Precision
  readonly tensorParallel: number
  readonly pipelineParallel?: number
  readonly dataParallel?: number
  readonly expertParallel?: boolean
  readonly family?: string
  /** Mean of the whole replica over the measured window; see `meanPowerWatts`. */
  readonly powerWatts?: number
}
