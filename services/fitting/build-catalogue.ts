import type { CatalogueModel } from './catalogue-model.ts'
import { type FittedGroup, fitGroup } from './fit-group.ts'
import type { MeasuredRun, Setting } from './measured-run.ts'
import { nextRuns } from './next-run.ts'
import { stepMs } from './output-base.ts'
import { OUTPUTS, type Output, type Prior } from './prior.ts'
import type { TrainingGroup } from './training-group.ts'

/** Past a dozen well-chosen runs a curve hardly moves, and a catalogue stays readable. */
const MOST_RUNS = 12
/** Which workload stands for a model where several were measured. */
const PREFERRED_TASK = 'lm-arena-chat'

/**
 * Catalogue entries from measured groups: one per (model, number format, GPU), from its chat
 * workload or else its largest one, fitted on the dozen most informative runs. Runs under a power cap
 * are for those who set it: they have no entry.
 */
export function buildCatalogue(
  groups: readonly TrainingGroup[],
  prior: Prior,
  date: string,
): readonly CatalogueModel[] {
  const best = new Map<string, TrainingGroup>()
  for (const group of groups) {
    if (group.runs[0]!.powerCapWatts !== undefined) continue
    const id = entryId(group.runs[0]!)
    const known = best.get(id)
    if (!known || rank(group) > rank(known)) best.set(id, group)
  }
  return [...best.values()]
    .map((group) => entryOf(group, prior, date))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

const entryId = (run: MeasuredRun): string => `${run.model}@${run.gpu}:${run.precision}`

const rank = ({ runs }: TrainingGroup): number =>
  runs.length + (runs[0]!.task === PREFERRED_TASK ? 1e6 : 0)

function entryOf(group: TrainingGroup, prior: Prior, date: string): CatalogueModel {
  const unmeasured = fitGroup([], group.architecture, group.gpu, prior)
  const runs = nextRuns(unmeasured, group.runs, MOST_RUNS).map((i) => group.runs[i]!)
  const fitted = fitGroup(runs, group.architecture, group.gpu, prior)
  const first = runs[0]!
  return {
    id: entryId(first),
    model: first.model,
    gpu: first.gpu,
    precision: first.precision,
    task: first.task,
    runs: runs.length,
    errorPercent: {
      tokensPerSecond: looErrorPercent(fitted, 'step'),
      power: looErrorPercent(fitted, 'power'),
    },
    source: first.source,
    date,
    settings: runs.map(settingOf),
    logStepMs: runs.map((run) => Math.log(stepMs(run))),
    alpha: Object.fromEntries(
      OUTPUTS.map((output) => [output, [...fitted.outputs[output].alpha]]),
    ) as Record<Output, number[]>,
  }
}

function settingOf(run: MeasuredRun): Setting {
  const { tensorParallel, pipelineParallel, dataParallel, expertParallel, precision } = run
  const { batch, inputTokens, outputTokens, contextTokens } = run
  return {
    tensorParallel,
    pipelineParallel,
    dataParallel,
    expertParallel,
    precision,
    batch,
    inputTokens,
    outputTokens,
    ...(contextTokens !== undefined && { contextTokens }),
  }
}

/** Median leave-one-out error: the log residual is z^2 / alpha (Rasmussen and Williams 5.12). */
function looErrorPercent(fitted: FittedGroup, output: Output): number {
  const { alpha, z } = fitted.outputs[output]
  const errors = [...alpha]
    .map((a, i) => 100 * Math.abs(Math.expm1(z[i]! ** 2 / a)))
    .sort((a, b) => a - b)
  const middle = errors.length / 2
  return (errors[Math.ceil(middle) - 1]! + errors[Math.floor(middle)]!) / 2
}
