import type { Architecture, GpuSpec } from './architecture.ts'
import type { Setting } from './measured-run.ts'
import { weightGb } from './physics-terms.ts'

/** Assumptions, each to be replaced by a measured start where one is known. */
export interface StartUpRates {
  /** Weights from local disk or network into the GPUs of one replica. */
  readonly loadGbPerSecond: number
  /** Engine start, compilation, graph capture and warm-up. */
  readonly warmUpSeconds: number
}

/** A local NVMe drive, and vLLM with compilation cached. */
const DEFAULT_START_UP: StartUpRates = { loadGbPerSecond: 2, warmUpSeconds: 60 }

/** Seconds and joules from a cold node to ready; GPUs draw their loaded idle power meanwhile. */
export function startUp(
  setting: Setting,
  architecture: Architecture,
  gpu: GpuSpec,
  rates: StartUpRates = DEFAULT_START_UP,
): { readonly startSeconds: number; readonly startJoules: number } {
  const { dense, expert } = weightGb(architecture, setting.precision)
  const startSeconds = (dense + expert) / rates.loadGbPerSecond + rates.warmUpSeconds
  const gpus = setting.tensorParallel * setting.pipelineParallel * setting.dataParallel
  return { startSeconds, startJoules: startSeconds * gpu.loadedIdleWatts * gpus }
}
