import type { Schemas } from '../../../client/index.ts'
import { strings } from '../strings.ts'

export type GpuFit = Schemas['ModelFit']['gpus'][number]
type Run = GpuFit['runs'][number]
type Setting = Run['setting']

/** What of a run is judged. */
export type Judged = 'tokensPerSecond' | 'watts' | 'joulesPerToken'
export const JUDGED: readonly Judged[] = ['tokensPerSecond', 'watts', 'joulesPerToken']

/** One number of one run beside what the others predict. */
export type JudgedRun = Run['tokensPerSecond'] & {
  readonly name: string
  readonly gpus: number
}

/** Runs by size, then by batch; those without the number are left out. */
export const judgedRuns = ({ runs }: GpuFit, what: Judged): JudgedRun[] =>
  runs
    .flatMap(({ setting, [what]: numbers }) =>
      numbers
        ? { ...numbers, name: settingWords(setting), gpus: gpusOf(setting), batch: setting.batch }
        : [],
    )
    .sort((a, b) => a.gpus - b.gpus || a.batch - b.batch)

const gpusOf = ({ tensorParallel, pipelineParallel, dataParallel }: Setting): number =>
  tensorParallel * pipelineParallel * dataParallel

/** `TP2 PP1, 64 at once, 500 in, 300 out`. */
export function settingWords(setting: Setting): string {
  const { tensorParallel, pipelineParallel, dataParallel, batch, inputTokens, outputTokens } =
    setting
  const degrees = [
    `TP${tensorParallel}`,
    pipelineParallel > 1 ? `PP${pipelineParallel}` : '',
    dataParallel > 1 ? `DP${dataParallel}` : '',
  ]
  const [atOnce, prompt, answer] = [batch, inputTokens, outputTokens].map(Math.round)
  return strings.fit.setting(degrees.filter(Boolean).join(' '), atOnce!, prompt!, answer!)
}

/** Median error of the runs when each is predicted from the others, as a ratio. */
export function medianError(runs: readonly JudgedRun[]): number | undefined {
  const errors = runs.map(({ measured, predicted }) => Math.abs(predicted / measured - 1))
  return errors.sort((a, b) => a - b)[Math.floor(errors.length / 2)]
}
