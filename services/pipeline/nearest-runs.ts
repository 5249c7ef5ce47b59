import type { Precision } from '../domain/variant.ts'
import { groupKey, type MeasuredRun } from '../fitting/index.ts'

interface Workload {
  readonly inputTokens: number
  readonly outputTokens: number
}

/**
 * The runs of one GPU and precision whose workload is nearest to ours, in log lengths. Runs of
 * different workloads lie on different curves, so only one workload's are taken.
 */
export function nearestRuns(
  runs: readonly MeasuredRun[],
  gpu: string,
  precision: Precision,
  workload: Workload,
): readonly MeasuredRun[] {
  const groups = new Map<string, MeasuredRun[]>()
  for (const run of runs) {
    if (run.gpu !== gpu || run.precision !== precision) continue
    groups.set(groupKey(run), [...(groups.get(groupKey(run)) ?? []), run])
  }
  const [nearest] = [...groups.values()]
    .map((group) => ({ group, distance: distanceTo(workload, group) }))
    .sort((a, b) => a.distance - b.distance)
  return nearest?.group ?? []
}

function distanceTo(wanted: Workload, group: readonly MeasuredRun[]): number {
  // Runs of decoding alone state an input of 0; one token keeps the logarithm.
  const mean = (length: keyof Workload) =>
    group.reduce((sum, run) => sum + Math.log(Math.max(1, run[length])), 0) / group.length
  return Math.hypot(
    mean('inputTokens') - Math.log(wanted.inputTokens),
    mean('outputTokens') - Math.log(wanted.outputTokens),
  )
}
