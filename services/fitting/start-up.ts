import type { Architecture, GpuSpec } from './architecture.ts'
import { gpusOf, type Setting } from './measured-run.ts'
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

/**
 * Seconds and joules from a cold node to ready. Each GPU takes its share of the weights no faster
 * than its host can hand them over, and draws its loaded idle power and what moving them costs.
 */
export function startUp(
  setting: Setting,
  architecture: Architecture,
  gpu: GpuSpec,
  rates: StartUpRates = DEFAULT_START_UP,
): { readonly startSeconds: number; readonly startJoules: number } {
  const { dense, expert } = weightGb(architecture, setting.precision)
  const gpus = gpusOf(setting)
  const weights = dense + expert
  const { hostGbPerSecond = Number.POSITIVE_INFINITY, loadJoulesPerGb = 0 } = gpu
  const loadSeconds = weights / Math.min(rates.loadGbPerSecond, hostGbPerSecond * gpus)
  const startSeconds = loadSeconds + rates.warmUpSeconds
  const idleJoules = startSeconds * gpu.loadedIdleWatts * gpus
  return { startSeconds, startJoules: idleJoules + loadJoulesPerGb * weights }
}
