import { writeSection } from '../write-section.ts'
import { barsOf } from './bars.ts'
import type { Spread } from './score.ts'
import type { Choices, Columns, FittingSummary } from './summary.ts'

/**
 * Writes what was found into docs/benchmarks.md.
 *
 * @param command what found it
 * @param hasBars whether these are the runs that the bars are of
 */
export function writeFitting(summary: FittingSummary, command: string, hasBars: boolean): void {
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
    ...(hasBars ? ['', ...barLines(summary)] : []),
  ])
}

const barLines = (summary: FittingSummary): readonly string[] => [
  cells('', 'reached', 'bar', ''),
  cells(...Array<string>(4).fill('---')),
  ...barsOf(summary).map(({ what, reached, bar, isHeld }) =>
    cells(what, reached, bar, isHeld ? 'held' : '**missed**'),
  ),
]

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
