import type { GpuSpec } from './architecture.ts'

/**
 * A GPU under a power cap, as the fit sees it: a board whose limit is the cap. How much longer a step takes
 * there is for the runs under this cap to say.
 *
 * @param capWatts per GPU; undefined is the board as it is
 */
export const underCap = (gpu: GpuSpec, capWatts: number | undefined): GpuSpec =>
  capWatts === undefined ? gpu : { ...gpu, tdpWatts: Math.min(gpu.tdpWatts, capWatts) }
