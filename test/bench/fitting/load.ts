import { readFileSync } from 'node:fs'
import { type Extras, groupRuns, type TrainingGroup } from '../../../services/fitting/index.ts'
import { type RunsFormat, readRuns } from '../../../services/runs/index.ts'

export type BenchGroup = TrainingGroup

/** Groups of a runs file; models and GPUs the catalogue lacks are estimated, and said so. */
export function loadGroups(
  path: string,
  format: RunsFormat | undefined,
  extras: Extras,
): readonly TrainingGroup[] {
  const { runs, quarantined } = readRuns(readFileSync(path, 'utf8'), format)
  console.error(`${path}: ${runs.length} runs, ${quarantined.length} quarantined`)
  for (const { row, reason } of quarantined.slice(0, 3)) console.error(`  row ${row}: ${reason}`)
  const groups = groupRuns(runs, extras)
  const caveats = groups.flatMap(({ architecture, gpu }) => [
    architecture.estimated,
    gpu.estimated && `${gpu.name}: ${gpu.estimated}`,
  ])
  for (const caveat of new Set(caveats)) if (caveat) console.error(`  ${caveat}: wider intervals`)
  return groups
}
