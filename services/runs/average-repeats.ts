import { groupKey, type MeasuredRun } from '../fitting/index.ts'

const MEASURED = ['tokensPerSecond', 'itlMs', 'itlP95Ms', 'ttftMs', 'powerWatts'] as const

/**
 * One run per measured setting, in the order first seen: repeats become the mean of what they
 * measured, so that a setting measured three times is no three settings to a design of runs.
 */
export function averageRepeats(runs: readonly MeasuredRun[]): readonly MeasuredRun[] {
  const bySetting = new Map<string, MeasuredRun[]>()
  for (const run of runs) {
    const repeats = bySetting.get(settingKey(run))
    if (repeats) repeats.push(run)
    else bySetting.set(settingKey(run), [run])
  }
  return [...bySetting.values()].map(meanOf)
}

const settingKey = (run: MeasuredRun): string =>
  [
    groupKey(run),
    run.tensorParallel,
    run.pipelineParallel,
    run.dataParallel,
    run.expertParallel,
    run.batch,
    run.inputTokens,
    run.outputTokens,
    run.contextTokens,
  ].join('|')

/** A quantity that some repeats lack is the mean of those that have it. */
function meanOf(repeats: readonly MeasuredRun[]): MeasuredRun {
  const means = MEASURED.flatMap((key) => {
    const values = repeats.map((run) => run[key]).filter((value) => value !== undefined)
    const sum = values.reduce((total, value) => total + value, 0)
    return values.length > 0 ? [[key, sum / values.length] as const] : []
  })
  return { ...repeats[0]!, ...Object.fromEntries(means) }
}
