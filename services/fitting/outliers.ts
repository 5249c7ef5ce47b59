import type { Architecture, GpuSpec } from './architecture.ts'
import { fitGroup } from './fit-group.ts'
import type { MeasuredRun } from './measured-run.ts'
import { OUTPUTS, type Output, type Prior } from './prior.ts'

/** Three posterior deviations: one run in 370 by chance. */
const SUSPICIOUS_Z = 3

export interface Outlier {
  readonly run: MeasuredRun
  readonly output: Output
  /** Deviations from what all other runs predict. */
  readonly z: number
}

/**
 * Runs to measure again: those that the others contradict. The worst is set aside before the next
 * is judged, since one wild run makes its neighbours look wrong too.
 */
export function outliersOf(
  runs: readonly MeasuredRun[],
  architecture: Architecture,
  gpu: GpuSpec,
  prior: Prior,
): readonly Outlier[] {
  const { outputs } = fitGroup(runs, architecture, gpu, prior)
  const surprises = OUTPUTS.flatMap((output) =>
    [...outputs[output].z].map((z, i) => ({ run: runs[outputs[output].rows[i]!]!, output, z })),
  )
  const worst = surprises.sort((a, b) => Math.abs(b.z) - Math.abs(a.z))[0]
  if (!worst || Math.abs(worst.z) <= SUSPICIOUS_Z) return []
  const others = runs.filter((run) => run !== worst.run)
  return [worst, ...outliersOf(others, architecture, gpu, prior)]
}
