import { writeSection } from '../write-section.ts'
import type { summariseDecisions } from './decisions.ts'
import type { Spread, summarise } from './score.ts'
import type { measureSpeed } from './speed.ts'
import type { tpotErrors } from './tpot.ts'

type Columns = ReturnType<typeof summarise>
type Choices = ReturnType<typeof summariseDecisions>

/** What one run of the bench found; errors are absolute percentages by K. */
export interface FittingSummary extends Choices {
  readonly runs: string
  readonly groups: Readonly<Record<number, number>>
  readonly k: Readonly<Record<string, Columns>>
  readonly coverage95: number
  readonly coverage95By: Readonly<Record<string, number>>
  readonly guarded: Choices
  readonly baselines: Readonly<
    Record<string, Choices & { k: Readonly<Record<string, Columns>>; beaten: boolean }>
  >
  readonly transfer: Readonly<Record<string, Readonly<Record<string, Columns>>>>
  readonly aiconfiguratorTpotK5?: ReturnType<typeof tpotErrors>
  readonly speed: ReturnType<typeof measureSpeed>
}

/** Writes what was found into docs/benchmarks.md; `command` is what found it. */
export function writeFitting(summary: FittingSummary, command: string): void {
  const { coverage95, coverage95By, aiconfiguratorTpotK5: tpot, speed, transfer } = summary
  const parts = Object.entries(coverage95By).map(([name, part]) => `${name} ${percent(part)}`)
  writeSection(`Power and performance models: ${summary.runs}`, command, [
    'Model families held out; K runs of each group chosen without looking at outcomes; errors of its other runs in percent, median/P90.',
    '',
    cells('K', 'groups', 'tokens/s', 'median gap', 'p95 gap', 'power', 'J/token'),
    cells(...Array<string>(7).fill('---')),
    ...Object.entries(summary.k).map(([k, errors]) =>
      cells(k, summary.groups[Number(k)]!, ...columnsOf(errors)),
    ),
    ...Object.entries(transfer.informed!).map(([k, errors]) =>
      cells(`${k}, family known elsewhere`, '', ...columnsOf(errors)),
    ),
    '',
    `95 % intervals cover ${percent(coverage95)} (${parts.join(', ')}).`,
    '',
    `At K = 3, the configuration of least energy at TPOT limits of 25, 50 and 100 ms (${summary.decisions} decisions); "guarded" adds 1.28 deviations to the step.`,
    '',
    ...contenders(summary),
    ...(tpot ? ['', `TPOT of ${tpot.rows} rows of aiconfigurator, K = 5: ${spread(tpot)} %.`] : []),
    '',
    `Medians, CPU ms: fitting a group of 20 runs and predicting 500 candidates ${speed.fitGroup20Runs500CandidatesMs}; predicting 10,000 candidates from 20 runs ${speed.predict10000From20RunsMs}, from 5 runs ${speed.predict10000From5RunsMs}.`,
  ])
}

function contenders({ k, baselines, guarded, ...ours }: FittingSummary): readonly string[] {
  const errors = (all: FittingSummary['k']) =>
    ['3', '5', '8'].map((at) => (all[at] ? spread(all[at].joulesPerToken) : '-'))
  const choices = ({ top1, violations5pct, regret }: Choices) => [top1, violations5pct, regret]
  return [
    cells(
      'contender',
      ...['3', '5', '8'].map((at) => `J/token, K = ${at}`),
      'best found, %',
      'limit missed by > 5 %, %',
      'regret, %',
      'worse than ours in every error column',
    ),
    cells(...Array<string>(8).fill('---')),
    cells('ours', ...errors(k), ...choices(ours), ''),
    cells('ours, guarded', '', '', '', ...choices(guarded), ''),
    ...Object.entries(baselines).map(([name, one]) =>
      cells(name, ...errors(one.k), ...choices(one), one.beaten ? 'yes' : 'no'),
    ),
  ]
}

const cells = (...all: (string | number)[]): string => `| ${all.join(' | ')} |`
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const spread = ({ median, p90 }: Spread): string =>
  Number.isNaN(median) ? '-' : `${median.toFixed(1)}/${p90.toFixed(1)}`

const columnsOf = (errors: Columns): readonly string[] =>
  [errors.tokensPerSecond, errors.itl, errors.itlP95, errors.power, errors.joulesPerToken].map(
    spread,
  )
